from pricing.usage.meanings import UsageFormat as UsageFormat
from pricing.usage.reader import read_usage
from pricing.usage.shapes import FORMATS

USAGE_FORMATS = ("anthropic", "openai", "openai_responses", "gemini", "bedrock_converse")


def parse_usage(raw, usage_format, pointer):
    return read_usage(raw, usage_format, pointer).at("openai", "x", lambda: True)


def recognise(kind, usage):
    from pricing.usage.reader import recognised

    return recognised(usage, None, "/usage_format", kind)[0].name


AnyUsage = object


class ProviderResponse:
    pass


def from_response(*a):
    pass


def same_model(*a):
    pass
