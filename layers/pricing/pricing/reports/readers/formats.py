"""Records as tools write them, turned into Tariff's own by the table of record formats.

What a line holds are documents ``{timestamp, model, usage, ...}`` that ``records.read_record``
reads, so that counts, tiers and terms have one reader. Lines of a tool's log that are not calls
(prompts, settings, summaries) hold none. Few formats need more than their row in the table: those
that write a call in several lines, or several calls in one.
"""

from dataclasses import replace
from typing import Any

from pricing.reports.readers import unread
from pricing.reports.readers.attributes import (
    InnerSpans,
    as_stored,
    attributes_of,
    counts_tokens,
    event_of,
    in_resources,
    in_transaction,
    is_empty_row,
    is_event,
    with_providers_own,
)
from pricing.reports.readers.codex import CodexSession
from pricing.reports.readers.document_formats import DOCUMENTS
from pricing.reports.readers.flat import flat_record
from pricing.reports.readers.gateway_formats import GATEWAYS
from pricing.reports.readers.holders import HOLDERS, layout, own_found, record_in, with_usage
from pricing.reports.readers.json_values import HANDED_DOWN, LISTS
from pricing.reports.readers.kimi import KimiSession
from pricing.reports.readers.provider_formats import (
    LANGFUSE_SPAN,
    LANGFUSE_USAGE,
    MLFLOW_SPAN,
    PROVIDERS,
    REPEATED,
    SDKS,
    SPAN,
    TELEMETRY,
    VERCEL_SPAN,
)
from pricing.reports.readers.record_format import (
    Document,
    Found,
    RecordFormat,
    are_objects,
    as_json,
    at,
    beginnings,
    calls_in,
    first,
    found_in,
    is_call,
    marked,
    may_have,
    record_of,
    row_of,
    stated,
    whole,
)
from pricing.reports.readers.several import (
    agent_sdk,
    bedrock_stream,
    buckets,
    by_models,
    ccusage,
    claude_code,
    copilot,
    grown,
    librechat,
    loki,
    steps,
    sums_by_model,
    weave,
)
from pricing.reports.readers.tool_formats import CODING_TOOLS
from pricing.reports.readers.tracer_formats import TRACERS
from pricing.reports.readers.work import LOOK, WIDE, TooMuchWork, Work
from pricing.reports.source_formats import SourceFormat
from pricing.usage.response import USAGES, usage_of_choice

FORMATS: tuple[RecordFormat, ...] = (
    *(*CODING_TOOLS, *DOCUMENTS, *GATEWAYS, *TRACERS, *PROVIDERS, *SDKS),
)
#: A line holds at most so many records.
MAX_IN_LINE = 100_000
TOO_MANY = f"have more than {MAX_IN_LINE:,} records; send an array as a .json file"
_BEGINNINGS = beginnings(known.marks for known in FORMATS)
#: For so many sets of names it is remembered which formats are possible.
MAX_NAMES = 1_000
_EVENTS = (
    *("response.", "session.", "conversation.", "input_audio_buffer.", "output_audio_buffer."),
    "rate_limits.",
)
_LISTENERS = "session.audio.input.transcription.model | session.input_audio_transcription.model"
#: Where collectors of logs (CloudWatch, Docker, Google Cloud, Fluent Bit) keep the line itself.
_WRAPPERS = (
    *("message", "@message", "log", "msg", "line", "jsonPayload", "textPayload", "_raw"),
    *("ai_log", "_source", "result", "$set", "trace"),
)
#: Lists of records that may be one object, which has the record or the list.
_OBJECTS = ("data", "hits")
_WRAPPED_TIMES = "timestamp | @timestamp | time | ts | start_time | _time"
_OF_A_CALL = ("user", "conversationId", "messageId", "model", "context")
_UNKNOWN_EVENT = "look like events with counts of unknown names; send spans with gen_ai.usage"
#: Whose tiers Pi's forks choose by OpenAI's words; of Anthropic it is the fast mode.
_TIERED = ("openai", "google")
_USAGE_MARKS = ("gen_ai.usage.", "llm.token_count.", "agent.usage.")


class FormatReader:
    """Turns the lines of one file, in their order, into records.

    ``wanted`` forces a format. Some tools write a call in several lines: Codex names the model in
    the line of the turn, an Anthropic stream begins with the prompt's counts and ends with the
    answer's. Requests that failed and were billed nothing are not calls, unless they are to show
    where lines like them have their parts.
    """

    def __init__(
        self,
        wanted: SourceFormat | None = None,
        work: Work | None = None,
        *,
        drops_failed: bool = True,
    ) -> None:
        self._wanted = wanted
        self._drops_failed = drops_failed
        self._work = work or Work(None)
        self._model: str | None = None
        self._listener: str | None = None  # the model that transcribes in a session of Realtime
        self._tier: Any = None
        self._sessions = (CodexSession(), KimiSession())
        #: The sums by model that the last result of each session of Claude's agent SDK has.
        self._results: dict[str, Document] = {}
        #: Transactions of LibreChat that another may complete: their kind and their id.
        self._halves: dict[str, tuple[str, Any]] = {}
        self._started: Document | None = None
        self._parents: dict[tuple[str, str], tuple[str, str]] = {}
        self._by_names: dict[tuple[str, ...], list[RecordFormat]] = {}

    def read(self, document: Any) -> list[Found]:
        """The records in a line, none for a line that is not a call; raises TooMuchWork."""
        self._work.add(LOOK + len(document) // WIDE if isinstance(document, dict) else LOOK)
        if isinstance(document, list) and len(document) > MAX_IN_LINE:
            return [Found("tariff", document, TOO_MANY)]
        document = row_of(document)
        if document and are_objects(document):
            return [found for entry in document for found in self.read(entry)]
        if not isinstance(document, dict):
            return [Found("tariff", document)]
        if self._wanted == "tariff":
            return self._billed([record_in(document, "tariff")], document)
        found = self._special(document)
        if found is None:
            found = self._of_table(document)
        if self._wanted is not None:
            found = self._of_wanted(document, found)
        if found is None:
            return [Found("tariff", document, unread.looks_like(document))]
        return self._billed(found, document)

    def _billed(self, found: list[Found], document: Document) -> list[Found]:
        """The calls that were found in a record, without those that failed and cost nothing."""
        kept = [one for one in found if one.unread or not unread.bills_nothing(one.record)]
        if len(kept) == len(found) or not self._drops_failed:
            return found
        return kept if unread.states_failure(document) else found

    def _of_wanted(self, document: Document, found: list[Found] | None) -> list[Found] | None:
        """The records of the wanted format; one that has not its marks is read by its paths."""
        rows = [known for known in FORMATS if known.name == self._wanted]
        other = found is None or (found and all(one.name != self._wanted for one in found))
        if rows and other:
            return self._found(rows[0], document)
        return found and [
            one
            if one.name == self._wanted
            else Found(one.name, document, f"look like records of {one.name}; not {self._wanted}")
            for one in found
        ]

    def inner_spans(self) -> InnerSpans:
        """The spans that were seen, to find those that sum up others."""
        return InnerSpans(self._parents)

    def _special(self, document: Document) -> list[Found] | None:
        """The records of a format that is more than a row of the table."""
        for special in (
            self._anthropic_stream,
            self._openai_stream,
            self._of_session,
            self._pi,
            self._claude_code,
            self._librechat,
            self._loki,
            self._otlp,
            self._sentry,
            buckets,
            ccusage,
            self._agent_sdk,
            copilot,
            by_models,
            self._weave,
            bedrock_stream,
            steps,
            self._span,
        ):
            found = special(document)
            if found is not None:
                return found
        return None

    def _of_table(self, document: Document) -> list[Found] | None:
        inner = [document.get(name) for name in ("data", "attributes", "info")]
        bodies = [body for body in (document, *inner) if isinstance(body, dict)]
        for body in bodies:
            for known in self._possible(body):
                if marked(body, known.marks) and (found := self._found(known, body)) is not None:
                    return found
        if unread.without_counts(document):
            return None
        plain = with_usage(document)
        if layout(plain) is not None:
            return [record_in(plain)]
        no_call = unread.is_no_call(document)
        row = None if no_call else flat_record(document)
        return self._within(document, no_call=no_call) if row is None else [own_found(row)]

    def _within(self, document: Document, *, no_call: bool) -> list[Found] | None:
        """The records in the lists of a document, or in what a collector wrapped."""
        seen: list[Found] | None = None
        for name in LISTS:
            entries = document.get(name)
            entries = as_json(entries) if isinstance(entries, str) else entries
            entries = [entries] if name in _OBJECTS and isinstance(entries, dict) else entries
            entries = list(map(row_of, entries)) if isinstance(entries, list) else entries
            if entries and are_objects(entries):
                if len(entries) > MAX_IN_LINE:
                    return [Found("tariff", document, TOO_MANY)]
                outer = {key: document[key] for key in HANDED_DOWN if key in document}
                found = [one for entry in entries for one in self.read({**outer, **entry})]
                if not all(one.unread for one in found):
                    return found
                seen = seen or found
        wrapped = self._wrapped(document)
        if wrapped is not None or no_call:
            return wrapped or []
        return None if unread.known_kind(document) or unread.is_message(document) else seen

    def _wrapped(self, document: Document) -> list[Found] | None:
        """The records in a line that a collector of logs has put into an object of its own."""
        for name in _WRAPPERS:
            text = document.get(name)
            inside = as_json(text) if isinstance(text, str) else text
            if not isinstance(inside, dict) or (name == "message" and not isinstance(text, str)):
                continue
            self._work.add(LOOK)  # besides that of reading it: it was parsed
            moment = first(document, _WRAPPED_TIMES) or first(inside, _WRAPPED_TIMES)
            outer = {} if moment is None else {"timestamp": moment}
            found = self.read({**outer, **inside})
            if not all(one.unread for one in found):
                return found
        return None

    def _possible(self, body: Document) -> list[RecordFormat]:
        """The formats whose marks may be in an object with these names."""
        if _BEGINNINGS.isdisjoint(body):
            return []
        names = tuple(body)
        found = self._by_names.get(names)
        if found is None:
            found = [known for known in FORMATS if may_have(names, known.marks)]
            if len(self._by_names) < MAX_NAMES:
                self._by_names[names] = found
        return found

    def _found(self, known: RecordFormat, body: Document) -> list[Found] | None:
        """The calls in a record of a format; None where it has not the list of them."""
        ids = self._ids(known, body)
        calls = calls_in(known, body)
        if calls is None:
            return None
        if len(calls) > MAX_IN_LINE:
            return [Found("tariff", body, TOO_MANY)]
        self._work.add(LOOK * len(calls))
        found = [(found_in(known, call, ids), call) for call in calls if is_call(known, call)]
        return [kept for one, call in found for kept in self._billed([one], call)]

    # --- Streams ---------------------------------------------------------------------------------

    def _anthropic_stream(self, document: Document) -> list[Found] | None:
        """An Anthropic stream: the counts of its start, and of its deltas, which are cumulative."""
        kind = document.get("type")
        if kind == "message_start" and isinstance(document.get("message"), dict):
            self._started = document
            return [Found("anthropic_stream", document)]
        delta = document.get("usage")
        if kind != "message_delta" or not isinstance(delta, dict) or self._started is None:
            return None
        message = self._started["message"]
        merged = {**(message.get("usage") or {}), **delta}
        timed = {"timestamp": first(self._started, "timestamp") or document.get("timestamp")}
        whole_call = {"type": "message_start", "message": {**message, "usage": merged}}
        return [Found("anthropic_stream", stated(timed) | whole_call)]

    def _openai_stream(self, document: Document) -> list[Found] | None:
        """Events of OpenAI's streams: the last one has the usage, all others are not calls."""
        kind, inner = document.get("type"), document.get("response")
        if document.get("object") == "chat.completion.chunk":
            of_choice = None if document.get("usage") else usage_of_choice(document)
            if of_choice is not None:
                return [Found("openai_stream", {**document, "usage": of_choice})]
            usage = document.get("usage") or at(document, "x_groq.usage")
            return [Found("openai_stream", document)] if usage else []
        if not isinstance(kind, str) or not kind.startswith(_EVENTS) or "data" in document:
            return None
        self._model = at(document, "session.model") or self._model
        self._listener = first(document, _LISTENERS) or self._listener
        answer, model = (inner, self._model) if inner else (document, self._listener)
        if not isinstance(answer, dict) or not isinstance(answer.get("usage"), dict):
            return []
        known = {"timestamp": document.get("timestamp"), "model": model, **answer}
        return [Found("openai_stream", stated(known))]

    # --- Chat and coding tools -------------------------------------------------------------------

    def _librechat(self, document: Document) -> list[Found] | None:
        """A transaction of LibreChat: the prompt or the answer of a call, which are merged.

        It writes one after the other. Several calls may be for one message, so that the id of the
        first of the two is that of the call.
        """
        found = librechat(document)
        if not found:
            return found
        of_call = repr([document.get(name) for name in _OF_A_CALL])
        kind, request = document["tokenType"], first(document, "_id")
        waiting = self._halves.pop(of_call, None)
        if waiting is not None and waiting[0] != kind:
            request = waiting[1]
        elif len(self._halves) < MAX_IN_LINE:
            self._halves[of_call] = (kind, request)
        return [replace(one, record={**one.record, "request_id": request}) for one in found]

    def _claude_code(self, document: Document) -> list[Found] | None:
        """A line of Claude Code, or of its stream, whose messages the result at its end sums up."""
        found, session = claude_code(document), document.get("session_id")
        if not found or not isinstance(session, str) or "timestamp" in document:
            return found
        return [replace(one, name="claude_agent_sdk", span=(session, "messages")) for one in found]

    def _agent_sdk(self, document: Document) -> list[Found] | None:
        """A result of Claude's agent SDK, less what an earlier one of its process has."""
        session, models = document.get("session_id"), sums_by_model(document)
        if isinstance(session, str) and models is not None:
            before, usage = self._results.get(session), document.get("usage")
            if before is not None or len(self._results) < MAX_IN_LINE:
                self._results[session] = models
            since = grown(models, before, usage) if before and isinstance(usage, dict) else None
            document = document if since is None else {**document, "modelUsage": since}
        found = agent_sdk(document)
        if not found or not isinstance(session, str):
            return found
        self._parents[session, "result"] = (session, "messages")
        return [replace(one, span=(session, "result")) for one in found]

    def _weave(self, document: Document) -> list[Found] | None:
        """A call of W&B Weave, whose parent has the sums of its children."""
        found = weave(document)
        parent, trace = document.get("parent_id"), str(document.get("trace_id"))
        if found is not None and parent:
            self._parents[trace, str(document.get("id"))] = (trace, str(parent))
        return found

    def _of_session(self, document: Document) -> list[Found] | None:
        """A line of a Codex rollout, or of a session of Kimi Code."""
        for session in self._sessions:
            if (calls := session.read(document)) is not None:
                return [Found(session.name, call) for call in calls]
        return None

    def _pi(self, document: Document) -> list[Found] | None:
        """A line of Pi or OpenClaw.

        Older messages are of the model that was chosen last, and all of the tier that was.
        """
        if document.get("type") == "model_change" and isinstance(document.get("modelId"), str):
            self._model = document["modelId"]
            return []
        if document.get("type") == "service_tier_change":
            self._tier = document.get("serviceTier")
            return []
        if document.get("type") == "session":
            self._tier = None
        message = document.get("message")
        if document.get("type") != "message" or not isinstance(message, dict):
            return None
        provider = str(message.get("provider")).partition("-")[0]
        tier = self._tier.get(provider) if isinstance(self._tier, dict) else self._tier
        chosen = {"model": self._model, "serviceTier": tier if provider in _TIERED else None}
        chosen = {name: value for name, value in chosen.items() if value and name not in message}
        known = next(one for one in FORMATS if one.name == "pi")
        if not chosen or not marked(document, known.marks):
            return None
        return self._found(known, {**document, "message": {**message, **chosen}})

    # --- OpenTelemetry ---------------------------------------------------------------------------

    def _otlp(self, document: Document) -> list[Found] | None:
        """OTLP JSON: spans or events in scopes in resources."""
        entries = in_resources(document)
        if entries is None:
            return None
        found = [one for entry in entries for one in self._billed(self._span(entry) or [], entry)]
        names: dict[SourceFormat, SourceFormat] = {"otel_genai": "otlp", "openinference": "otlp"}
        return [replace(one, name=names.get(one.name, one.name)) for one in found]

    def _loki(self, document: Document) -> list[Found] | None:
        """The lines of a stream in an answer of Loki's."""
        lines = loki(document)
        return None if lines is None else [found for line in lines for found in self.read(line)]

    def _sentry(self, document: Document) -> list[Found] | None:
        """A transaction of Sentry's: its first span, and those inside of it."""
        spans = in_transaction(document)
        if spans is None:
            return None
        return [found for span in spans for found in self._span(span) or ()]

    def _span(self, document: Document) -> list[Found] | None:
        """A span or an event with its attributes, however those are nested or listed."""
        document = as_stored(document)
        attributes = attributes_of(document)
        if not attributes or "metrics" in document or "metrics" in attributes:
            return [] if not attributes and is_empty_row(document) else None
        body = {**document, "attributes": attributes}
        for known in TELEMETRY:
            if marked(body, known.marks) and is_call(known, body):
                return self._found(known, body)
        for known in (*REPEATED, VERCEL_SPAN, MLFLOW_SPAN, LANGFUSE_USAGE, LANGFUSE_SPAN):
            if marked(body, known.marks):
                found = self._found(known, body)
                return with_providers_own(found, body) if known is VERCEL_SPAN else found
        return self._counting_span(document, body, attributes)

    def _counting_span(
        self, document: Document, body: Document, attributes: Document
    ) -> list[Found] | None:
        """A span or an event with counts in the names of a convention."""
        ids, event = self._ids(SPAN, body), is_event(document, attributes)
        usage = {
            name: whole(value)
            for name, value in attributes.items()
            if name.startswith(_USAGE_MARKS) and value is not None
        }
        if not usage:
            others = {name: one for name, one in attributes.items() if counts_tokens(name, one)}
            if not others or (event and not ("model" in attributes and len(others) > 1)):
                return [] if ids or event or "instrumentationScope" in document else None
            if event:
                return [Found("otel_genai", document, _UNKNOWN_EVENT)]
            found = [Found("otel_genai", {**document, "usage": others}, span=ids)]
            return found if ids else None
        ids = ids and event_of(ids) if event else ids
        record = record_of(SPAN, {**body, "attributes": {**attributes, **usage}})
        name: SourceFormat = "otel_genai"
        if any(mark.startswith("llm.") for mark in usage):
            name = "openinference"
        return [Found(name, {**record, "usage": usage}, span=ids)]

    def _ids(self, known: RecordFormat, body: Document) -> tuple[str, str] | None:
        """The ids of a span, whose parent is remembered."""
        if known.span is None:
            return None
        trace, span, parent = (first(body, part) for part in known.span)
        if span is None:
            return None
        parent = parent[0] if isinstance(parent, list) and parent else parent
        ids = (str(trace), str(span))
        if parent:
            self._parents[ids] = (str(trace), str(parent))
        return ids


def is_of_a_tool(document: Document, most: int) -> bool:
    """Whether a document is in a tool's format; ``most`` records are looked at."""
    try:
        found = FormatReader(work=Work(most)).read(document)
    except TooMuchWork:
        return True
    return any(one.unread is None and one.name != "tariff" for one in found)


def says_nothing(document: Document) -> bool:
    """Whether a line of a log is not a call by its type and its names alone."""
    holders = (*LISTS, *_WRAPPERS, *HOLDERS, *USAGES, "data", "attributes", "info", "payload")
    return unread.is_no_call_by_type(document) and document.keys().isdisjoint(holders)
