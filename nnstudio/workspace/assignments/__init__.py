"""All that a document asks for, trained and judged step by step."""
