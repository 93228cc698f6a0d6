"""The recommendations in the OpenAPI document: what their fields mean, and requests to show."""

from collections.abc import Mapping
from typing import Any

_MODEL = "The model, and how its name was understood."
_PERCENT = "The same as a percentage; null when there is nothing to save on."
_VERDICT = "Whether it saves, costs more, or neither."
_PASSES = "The pass rate past which it saves, from 0 to 1; null when none does."

_EXPLAINED = (
    "Recommendation",
    "Advice",
    "CascadeAdvice",
    "CascadeAnswer",
    "Driver",
    "Calibrated",
)

#: By ``Type.field``, else by ``field``, as in openapi_fields.py.
RECOMMEND_FIELDS: Mapping[str, str] = {
    # A recommendation
    "TaskRequest.name": "How the answer refers to this task.",
    "TaskRequest.requires": "What the model must offer.",
    "RecommendRequest.requires": "What the model must offer.",
    "PolicyRequest.simple": "For simple tasks; the weakest.",
    "PolicyRequest.moderate": "For moderate tasks.",
    "PolicyRequest.complex": "For complex tasks; the strongest, and what savings are against.",
    "recommendations": "One for each task.",
    "Recommended.total_usd": "The chosen models' cost, all tasks together.",
    "savings_vs_always_top": "What is saved against always using the policy's strongest model.",
    "Savings.model": "That model.",
    "Savings.saves_usd": "Null when one of the two costs is not known.",
    "Savings.saves_percent": "The same as a percentage.",
    "policy": "The policy as this price version understands it.",
    "PolicyAnswer.id": "The id of a learned policy; null for one of three tiers.",
    "PolicyAnswer.models": "Its models, the weakest first.",
    "PolicyModel.model": "The canonical id.",
    "roles": "What the policy means it for.",
    "Recommendation.status": "`stronger` or `weaker` than meant, because of the constraints;"
    " `stay` with the current model and its warm cache; `none` meets the constraints.",
    "Recommendation.decided_by": "What named the model that is meant for the task.",
    "complexity": "How demanding the task looks.",
    "Recommendation.kind": "What kind of task it looks like.",
    "confidence": "How far to rely on the complexity, from 0 to 1.",
    "evidence": "Whether anything is known about this kind of task.",
    "basis": "`outcomes`: cheap models were measured on this kind of task; `judgement`: none were,"
    " and published rules decide; `none`: no idea, so the safe choice is taken.",
    "difficulty": "The probability, from 0 to 1, that a cheap model gets it wrong.",
    "signals": "What was seen in the task; never its text.",
    "SignalAnswer.name": "Which property of the task.",
    "SignalAnswer.value": "What was seen.",
    "SignalAnswer.weight": "What it weighed; positive towards the stronger model.",
    "Recommendation.model": _MODEL,
    "Recommendation.max_tokens": "The limit to ask for; more than the tier's where more output is"
    " expected.",
    "Recommendation.estimate": "What the calls cost on this model.",
    **{f"{kind}.why": "The reason, in a sentence or two." for kind in _EXPLAINED},
    "alternatives": "The other models of the policy.",
    "Alternative.model": "The canonical id.",
    "Alternative.total_usd": "What the calls cost there; null when not wholly known.",
    "relative_to_choice": "That as a ratio of the chosen model's.",
    "Alternative.possible": "Whether it meets the constraints.",
    "Alternative.reason": "Why it was not taken.",
    "Recommendation.batch": "Whether a batch suits, and what it saves.",
    "Recommendation.caching": "Whether caching the shared prefix suits, and what it saves.",
    "Recommendation.cascade": "Whether a cheaper model should be tried first.",
    "Advice.suitable": "Null when what was sent does not decide it.",
    "Advice.saves_usd": "All calls together; null when not known.",
    "CascadeAdvice.suggested": "Whether it is worth trying.",
    "CascadeAdvice.first_model": "The model to try first; null when none is cheaper.",
    "CascadeAdvice.then_model": "The model for what fails the check.",
    "CascadeAdvice.verifier": "A check that is known to catch wrong answers; null when none is.",
    "CascadeAdvice.break_even_pass_rate": _PASSES,
    "CascadeAdvice.expected_pass_rate": "What the classifier expects; null without evidence.",
    "cache_switch": "What leaving the current model's warm cache costs; null without one.",
    "CacheSwitch.current_model": "The canonical id.",
    "CacheSwitch.cached_tokens": "As sent.",
    "stay_usd": "All calls on the current model, reading its cache.",
    "move_usd": "All calls on the model this task would otherwise get, written to its cache first.",
    "lost_usd": "What the first call after the move pays for finding no cache.",
    "staying_saves_usd": "Negative when moving is cheaper.",
    # A cascade
    "CascadeRequest.stages": "In the order they are tried; the last one's answer is kept anyway.",
    "CascadeStageRequest.model": "Id, alias, `provider/model` or family.",
    "expected_usd": "What it costs on average, all calls together, exactly.",
    "CascadeAnswer.per_call_usd": "What one request costs on average, exactly.",
    "variance_usd2": "The variance of one request's cost, in USD squared, exactly.",
    "standard_deviation_usd": "Of the cost of all calls together.",
    "expected_calls_per_stage": "How many requests reach each stage.",
    "expected_escalations": "How often a next stage is asked.",
    "expected_unresolved": "Requests that fail the last stage's check too; null when it has none.",
    "CascadeAnswer.direct_usd": "All calls on each stage's model alone, unchecked.",
    "CascadeAnswer.break_even_pass_rate": _PASSES,
    "CascadeAnswer.verdict": _VERDICT,
    "difference_usd": "What asking the last model alone costs more; negative when less.",
    "difference_percent": "The same as a percentage; null when that model costs nothing.",
    "promised_saving_usd": "The difference where it may be relied on; null where it may not.",
    "correct_share": "The share of answers that is right in the end; null unless every stage has a"
    " `correct_rate`.",
    "CascadeAnswer.stages": "The stages, in order.",
    "StageAnswer.model": _MODEL,
    "attempt_usd": "One attempt.",
    "verifier_usd": "One check.",
    "expected_calls": "How many requests reach it.",
    "StageAnswer.expected_usd": "Its attempts and checks, all calls together.",
    "StageAnswer.direct_usd": "All calls on this model alone, unchecked.",
    "StageAnswer.pass_rate": "As sent, or as it follows from `correct_rate`.",
    "StageAnswer.break_even_pass_rate": "The pass rate past which this stage saves; null when none"
    " does.",
    "pays": "Whether its pass rate is past that; null on the last stage.",
    "StageAnswer.verifier": "The check, and the rates it is taken to have; null when not named.",
    "wrong_kept_share": "The share of all requests that ends here with a wrong answer; null when"
    " not known.",
    "CheckRates.kind": "Which kind of check.",
    "CheckRates.detection_rate": "The share of wrong answers it is taken to catch.",
    "CheckRates.false_rejection_rate": "The share of good answers it is taken to reject.",
    "least_measured": "The lowest detection rate that was measured; null when none was.",
    "most_measured": "The highest.",
    "measured_on": "On what; null when nobody measured it.",
    # Tiers
    "TiersRequest.monthly_queries": "All queries of a month.",
    "TiersRequest.tiers": "The tiers; their shares add up to exactly 1.",
    "TiersRequest.single_model": "The model that would answer all of them instead.",
    "TiersRequest.equal": "`text`: recount measured usage for the single model's tokenizer.",
    "TierRequest.name": "How the answer refers to this tier.",
    "TierRequest.model": "Id, alias, `provider/model` or family.",
    "TiersAnswer.monthly_queries": "As sent.",
    "TiersAnswer.total_usd": "What the mix costs a month.",
    "TiersAnswer.single_model": "The same queries on one model.",
    "TiersAnswer.saves_usd": "What the mix saves; negative when it costs more.",
    "TiersAnswer.saves_percent": _PERCENT,
    "relative_to_single": "The mix as a ratio of the single model; null when that costs nothing.",
    "TiersAnswer.verdict": _VERDICT,
    "driver": "The tier that decides it; null when both cost the same.",
    "Driver.name": "Its name.",
    "Driver.saves_usd": "What it saves against the single model; negative when it costs more.",
    "TiersAnswer.tiers": "The tiers, in the order they were sent.",
    "equal_tokens": "The comparison with the token counts of one tier for all.",
    "sensitivity": "What would turn the verdict; empty when both cost the same.",
    "TierAnswer.model": _MODEL,
    "TierAnswer.share": "Its part of the queries.",
    "queries": "How many queries a month.",
    "per_query_usd": "One query on the tier's model.",
    "TierAnswer.cost_usd": "The tier's month.",
    "share_of_cost": "Its part of the mix's cost; null when that is zero.",
    "single_model_usd": "The same queries on the single model.",
    "TierAnswer.saves_usd": "What the tier saves against that; negative when it costs more.",
    "SingleModel.model": _MODEL,
    "SingleModel.total_usd": "What it costs a month.",
    "EqualTokens.like": "The tier whose token counts all have.",
    "EqualTokens.total_usd": "The mix.",
    "EqualTokens.saves_usd": "What the mix then saves; negative when it costs more.",
    "EqualTokens.saves_percent": _PERCENT,
    "Flip.tier": "The tier.",
    "Flip.of": "What changes.",
    "Flip.now": "What it is.",
    "flips_at": "Where the verdict turns; null when nothing does.",
    "Flip.when": "Which way it turns; null likewise.",
    "Flip.note": "What to know; null when there is nothing.",
    # A calibration
    "policy_id": "Send it to `POST /v1/recommend`; null when there is no policy.",
    "stored": "Whether the policy is kept; not where there is no store.",
    "Calibrated.verdict": "Whether the score beats a random split of the same cost;"
    " `gap_is_unclear`: which model is better may itself be chance.",
    "Calibrated.rows": "How many outcomes.",
    "Calibrated.cheap_model": _MODEL,
    "Calibrated.strong_model": _MODEL,
    "cheap_quality": "The share of tasks it gets right.",
    "strong_quality": "The share of tasks it gets right.",
    "Calibrated.measures": "How well the score splits the tasks; null without a quality gap.",
    "control": "The same scores on the wrong tasks; null likewise.",
    "Calibrated.recommended": "The split for the wanted quality; null where none reaches it.",
    "Calibrated.curve": "Quality and cost at every tenth of strong calls.",
    "apgr": "The mean share of the quality gap recovered; 0.5 is random.",
    "cpt_50": "The share of strong calls that recovers half of the gap.",
    "cpt_80": "The share of strong calls that recovers 80% of it.",
    "Estimated.value": "As measured.",
    "Estimated.low": "The low end of its 95% interval.",
    "Estimated.high": "The high end.",
    "shuffles": "How many.",
    "apgr_mean": "Their mean.",
    "apgr_low": "The low end of the middle 95% of them.",
    "apgr_high": "The high end.",
    "Threshold.wanted_quality": "As sent.",
    "strong_share": "The share of tasks that goes to the strong model.",
    "random_strong_share": "The share that chance would need for the same quality.",
    "Threshold.quality": "The share of right answers.",
    "Threshold.threshold": "The score from which on the strong model is taken.",
    "share_over_threshold": "The share of the tasks that reaches it.",
    "Threshold.per_call_usd": "The mean cost of a task; null without costs.",
    "Threshold.saves_percent": "Against always the strong model; null without costs.",
    "CurvePoint.quality": "The share of right answers.",
    "random_quality": "The same with as many strong calls for tasks taken at random.",
    "gap_recovered": "The share of the quality gap between the models that is recovered.",
    "CurvePoint.per_call_usd": "The mean cost of a task; null without costs.",
    "CurvePoint.saves_percent": "Against always the strong model; null without costs.",
}

_EASY = ("Extract the date of note", "Translate headline")
_HARD = ("Find the race in queue", "Design failover of cluster")


def _outcomes() -> list[dict[str, Any]]:
    """A hundred made-up outcomes: the cheap model fails three hard tasks of four."""
    rows = []
    for number in range(100):
        hard = number % 5 in (1, 3)
        text = (_HARD if hard else _EASY)[number // 5 % 2]
        cheap = number % 20 == 1 if hard else number % 25 > 0
        rows.append({"task": f"{text} {number}", "cheap_ok": cheap, "strong_ok": number > 0})
    return rows


#: Route to (name, summary, body).
RECOMMEND_EXAMPLES: Mapping[str, tuple[tuple[str, str, Any], ...]] = {
    "POST /v1/recommend": (
        (
            "tasks",
            "Two tasks, the first of them for fifty thousand emails that nobody waits for",
            {
                "tasks": [
                    {
                        "task": "Classify customer emails into 5 categories",
                        "calls": 50_000,
                        "realtime": False,
                        "expected_input_tokens": 1500,
                        "expected_output_tokens": 10,
                        "prefix_tokens": 1100,
                    },
                    {
                        "task": "Debug a race condition in a distributed system",
                        "expected_input_tokens": 12_000,
                        "expected_output_tokens": 3000,
                        "requires": {"thinking": True},
                    },
                ]
            },
        ),
        (
            "warm-cache",
            "A conversation whose prompt is in the cache of a stronger model",
            {
                "task": "Rename a variable in this function",
                "expected_input_tokens": 52_000,
                "expected_output_tokens": 400,
                "current_model": "opus",
                "cached_tokens": 50_000,
                "policy": {"simple": "sonnet"},
            },
        ),
        (
            "nothing-fits",
            "A ceiling that no model keeps",
            {
                "task": "Summarize the minutes of the meeting",
                "expected_input_tokens": 8000,
                "expected_output_tokens": 500,
                "max_usd_per_call": "0.0001",
            },
        ),
    ),
    "POST /v1/recommend/cascade": (
        (
            "tool-calls",
            "A cheap model whose tool calls are held against the schema",
            {
                "usage": {"input_tokens": 2000, "output_tokens": 300},
                "calls": 10_000,
                "stages": [
                    {"model": "haiku", "correct_rate": "0.75", "verifier": "tool_schema"},
                    {"model": "opus", "correct_rate": "0.9"},
                ],
            },
        ),
        (
            "past-break-even",
            "Two models so near in price that too few answers pass",
            {
                "usage": {"input_tokens": 2000, "output_tokens": 300},
                "stages": [
                    {"model": "sonnet", "pass_rate": "0.4", "verifier": "own"},
                    {"model": "opus"},
                ],
            },
        ),
    ),
    "POST /v1/recommend/tiers": (
        (
            "support",
            "Customer support on three tiers, whose complaints are the longest",
            {
                "monthly_queries": 50_000,
                "single_model": "sonnet",
                "tiers": [
                    {
                        "name": "FAQ",
                        "share": "0.7",
                        "model": "haiku",
                        "usage": {"input_tokens": 500, "output_tokens": 150},
                    },
                    {
                        "name": "Troubleshooting",
                        "share": "0.2",
                        "model": "sonnet",
                        "usage": {"input_tokens": 1500, "output_tokens": 500},
                    },
                    {
                        "name": "Complaints",
                        "share": "0.1",
                        "model": "opus",
                        "usage": {"input_tokens": 3000, "output_tokens": 1000},
                    },
                ],
                "pricing_version": "lesson-2025",
            },
        ),
    ),
    "POST /v1/recommend/calibrate": (
        (
            "outcomes",
            "A hundred made-up outcomes, and what a typical call uses",
            {
                "usage": {"input_tokens": 800, "output_tokens": 200},
                "wanted_quality": "0.9",
                "rows": _outcomes(),
            },
        ),
    ),
}
