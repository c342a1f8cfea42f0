"""What DeepSeek V3 of December 2024 costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("deepseek/deepseek-chat")
