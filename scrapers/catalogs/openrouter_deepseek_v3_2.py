"""What DeepSeek V3.2 costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("deepseek/deepseek-v3.2")
