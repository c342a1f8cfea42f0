"""What DeepSeek V3.1 costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("deepseek/deepseek-chat-v3.1")
