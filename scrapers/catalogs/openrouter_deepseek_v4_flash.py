"""What DeepSeek V4 Flash costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("deepseek/deepseek-v4-flash")
