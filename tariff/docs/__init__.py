"""The OpenAPI document, its page, the examples of the docs, and the lint of their wording."""
