"""What Kimi K3 costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("moonshotai/kimi-k3")
