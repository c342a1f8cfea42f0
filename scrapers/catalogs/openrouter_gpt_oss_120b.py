"""What OpenAI's gpt-oss 120B costs at each of its hosts, by OpenRouter."""

from scrapers.catalogs._endpoints import endpoints

SOURCE = endpoints("openai/gpt-oss-120b")
