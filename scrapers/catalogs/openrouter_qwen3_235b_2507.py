"""What Qwen3 235B Instruct of July 2025 costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("qwen/qwen3-235b-a22b-2507")
