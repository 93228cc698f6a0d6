"""How requests are read: instruction and material, languages, and no kind by a single word."""

import pytest

from pricing.recommendations.routing import Thresholds, assess
from pricing.recommendations.routing.instruction import instruction_of
from pricing.recommendations.routing.judgement import LIMIT, UNKNOWN, judge
from pricing.recommendations.routing.lexicon import UNREAD, cues_of, fold, language_of
from pricing.recommendations.routing.reading import read


def score(task: str) -> float:
    return judge(task, read(task)).score


@pytest.mark.parametrize(
    ("task", "instruction"),
    [
        ('Uppercase this: "root cause of the race"', "Uppercase this:"),
        ("Count the words: Design a fault tolerant cache", "Count the words:"),
        ("Which line is wrong?\n\nfirst line\nsecond line", "Which line is wrong?"),
        ("Here it is\n\nfirst line\n\nWho wrote this?", "Who wrote this?"),
        ("Design a queue that does this:\n- lose nothing\n- scale", "lose nothing"),
        ("Explain this\n```py\nassert x\n```", "Explain this"),
    ],
)
def test_the_instruction_is_separated_from_the_material(task: str, instruction: str) -> None:
    steps = ("Uppercase", "Count")
    found = instruction_of(task, lambda lead: lead.startswith(steps))
    assert instruction in found.text
    assert "assert" not in found.text
    assert "race" not in found.text
    assert "fault tolerant" not in found.text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do we leave Oracle?", "en"),
        ("Wie kommen wir von Oracle weg?", "de"),
        ("Comment quitter Oracle sans arrêter l'usine ?", "fr"),
        ("¿Cómo dejamos Oracle sin parar la fábrica?", "es"),
        ("Como deixamos a Oracle sem parar a fábrica e os pedidos?", "pt"),
        ("工場を止めずに移行するには。", "ja"),
        ("我们怎么迁移。", "zh"),
        ("Как нам уйти от Oracle?", UNREAD),
        ("", UNREAD),
    ],
)
def test_the_language_is_recognised_by_frequent_words(text: str, language: str) -> None:
    assert language_of(fold(text)) == language


def test_a_word_of_another_language_is_not_a_cue() -> None:
    # "poli" is polite in French; the police is not.
    assert ("demand", "known pattern") not in cues_of("en").found("write to the police")
    assert ("demand", "known pattern") in cues_of("fr").found("ecris un texte poli")


@pytest.mark.parametrize(
    ("plain", "hard"),
    [
        ("Find the dates in this text: 3 May", "Find the flaw in our key exchange."),
        ("Convert this list to CSV: 1, 2", "Convert our trading engine without losing an order."),
        (
            'Tag this review: "It is nice."',
            "Tag the clauses of this merger agreement that conflict.",
        ),
        ("What is the capital of Peru?", "Who is liable if the forklift injures a contractor?"),
        ("Wie hoch ist der Eiffelturm?", "Darf mein Arbeitgeber meine Nachrichten lesen?"),
        ("¿Qué hora es en Lima?", "¿Cómo evitamos que dos réplicas acepten escrituras distintas?"),
    ],
)
def test_one_cue_decides_nothing(plain: str, hard: str) -> None:
    assert assess(plain).complexity == "simple"
    assert assess(hard).complexity != "simple"


@pytest.mark.parametrize(
    "task",
    [
        "How do we get off Oracle without stopping the factory?",
        "Wie kommen wir ohne Stillstand von Oracle weg?",
        "Comment pouvons-nous quitter Oracle sans interruption ?",
        "¿Cómo podemos dejar Oracle sin parar la fábrica?",
        "Como podemos deixar a Oracle sem parar a fábrica?",
        "工場を止めずにOracleから移行するにはどうすればいいですか。",
        "我们怎么才能在不停机的情况下迁移数据库。",
    ],
)
def test_a_hard_question_is_complex_in_every_language_that_is_read(task: str) -> None:
    assert assess(task).complexity == "complex"


@pytest.mark.parametrize(
    "task",
    ["hi", "thanks!", "Guten Morgen", "merci", "¡Gracias!", "bom dia", "ありがとう", "谢谢"],
)
def test_small_talk_is_simple_and_not_abstained_from(task: str) -> None:
    found = assess(task)
    assert (found.complexity, found.evidence) == ("simple", True)


def test_what_is_judged_is_limited() -> None:
    hard = "Design a distributed ledger, prove that no attacker can corrupt it, justify every step"
    assert score(f"{hard}. {hard}, without downtime, in all regions.") == LIMIT
    assert -LIMIT <= score("hi") < 0


@pytest.mark.parametrize(
    ("share", "moderate", "complex_"), [(0.0, 0.5, 1.0), (0.5, 0.25, 0.5), (1.0, 0.0, 0.0)]
)
def test_a_strong_share_divides_the_rest_evenly(
    share: float, moderate: float, complex_: float
) -> None:
    assert Thresholds.of_strong_share(share) == Thresholds(moderate, complex_)


def test_an_answer_does_not_contradict_itself() -> None:
    for task in ("What is 17 times 23?", "Prove it.", "Sort: b, a", "Ann has 3 eggs, 4 nuts. Sum?"):
        found = assess(task)
        if found.complexity == "simple":
            assert found.difficulty < 1 / 3
            assert found.p_cheap_wrong is None or found.p_cheap_wrong <= 0.5
        if found.complexity == "complex":
            assert found.difficulty >= 2 / 3


@pytest.mark.parametrize(
    ("general", "own"),
    [
        ("Why is the sky blue?", "Why is our sky texture blue in one browser and grey in another?"),
        ("Pourquoi le ciel est-il bleu ?", "Pourquoi notre serveur tombe-t-il chaque lundi ?"),
        ("Warum ist der Himmel blau?", "Warum fällt unser Server jeden Montag aus?"),
    ],
)
def test_a_why_about_no_situation_asks_for_a_known_explanation(general: str, own: str) -> None:
    found = assess(general)
    assert (found.kind, found.complexity) == (UNKNOWN, "moderate")
    assert assess(own).difficulty > found.difficulty


@pytest.mark.parametrize(
    "task",
    [
        "Give me name and date of birth from this text: Jane Roe, born 3 May 1990 in Cork.",
        "Gib mir Namen und Geburtsdatum aus dem Text: Jane Roe, geboren am 3. Mai 1990 in Cork.",
    ],
)
def test_what_is_asked_from_a_given_text_is_extracted(task: str) -> None:
    found = assess(task)
    assert (found.kind, found.complexity) == ("extraction", "simple")


@pytest.mark.parametrize(
    ("fact", "claim"),
    [
        ("富士山の高さは?", "キャッシュとDBが絶対にずれないようにすることは可能なんですか?"),
        ("水的沸点是多少?", "缓存和数据库能绝对保持一致吗?"),
    ],
)
def test_a_question_without_a_question_word_is_not_a_look_up(fact: str, claim: str) -> None:
    assert assess(fact).complexity == "simple"
    assert assess(claim).complexity != "simple"


def test_what_was_learned_from_english_says_nothing_about_other_languages() -> None:
    for task in ("富士山の高さは?", "Qual é a capital da França?", "Wer schrieb Faust?"):
        assert "shape and words" not in {signal.name for signal in assess(task).signals}


def test_an_order_of_many_words_is_not_a_look_up() -> None:
    task = (
        "清洗一份客户表,手机号统一成十一位,去掉重复客户,把城市名统一,"
        "最后输出一份清洗报告,写明每一步影响了多少行。"
    )
    assert assess(task).complexity != "simple"
