"""What DeepSeek R1 costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("deepseek/deepseek-r1")
