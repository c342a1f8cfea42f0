"""What GLM 5.2 costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("z-ai/glm-5.2")
