"""What Kimi K2.6 costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("moonshotai/kimi-k2.6")
