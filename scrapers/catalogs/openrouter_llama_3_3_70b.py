"""What Llama 3.3 70B costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("meta-llama/llama-3.3-70b-instruct")
