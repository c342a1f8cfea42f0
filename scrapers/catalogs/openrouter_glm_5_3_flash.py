"""What GLM 5.3 Flash costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("z-ai/glm-5.3-flash")
