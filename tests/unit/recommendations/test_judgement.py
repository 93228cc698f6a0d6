"""How requests are read: instruction and material, languages, and no kind by a single word."""

import pytest

from pricing.recommendations.routing import Thresholds, assess
from pricing.recommendations.routing.instruction import instruction_of
from pricing.recommendations.routing.judgement import LIMIT, UNKNOWN, judge
from pricing.recommendations.routing.lexicon import UNREAD, cues_of, fold, language_of
from pricing.recommendations.routing.reading import read
from pricing.recommendations.routing.request import read_request


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
    "task", ["hi", "thanks!", "Guten Morgen", "merci", "¡Gracias!", "bom dia", "ありがとう", "谢谢"]
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


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("write these out: bp, b.i.d., nkda", 1),
        ("rename report.v2.csv at api.example.com", 1),
        ("stop. then go on", 2),
        ("one line\nanother line", 2),
        ("manda mensagem ao rui:\na reuniao passou para as 15h.", 1),
    ],
)
def test_a_point_inside_a_word_and_a_colon_end_no_sentence(text: str, sentences: int) -> None:
    assert read_request(text, cues_of("en"), alone=True).sentences == sentences


def test_of_two_terms_that_begin_alike_the_longer_one_counts() -> None:
    found = cues_of("zh").found("怎么查看端口")
    assert ("act", "howto") in found
    assert ("act", "open") not in found  # "how to find out" is only its beginning


def test_a_stem_counts_at_the_beginning_of_a_word_and_inside_a_long_one() -> None:
    german = cues_of("de")
    assert ("strong", "translation") in german.found("ubersetzung")
    assert ("strong", "translation") in german.found("maschinenubersetzung")
    assert ("strong", "translation") not in german.found("satz")


@pytest.mark.parametrize("text", ["Oi! Tudo bem por aí?", "Tudo bem por aí?"])
def test_a_few_words_of_two_languages_are_read_with_the_cues_of_all(text: str) -> None:
    assert assess(text).kind == "small talk"


@pytest.mark.parametrize(
    ("lead", "kind"),
    [
        ("Label this as billing or delivery: Can I change my address?", "classification"),
        ("Translate into German: Where is the station?", "translation"),
        ("把这条留言归类为物流或咨询:请问你们周日发货吗?", "classification"),
    ],
)
def test_a_question_that_is_all_the_material_is_not_asked(lead: str, kind: str) -> None:
    found = assess(lead)
    assert (found.kind, found.complexity) == (kind, "simple")


def test_a_question_in_a_labelled_line_is_material() -> None:
    request = (
        "Answer with the notes only.\n\nNotes: seats can be moved.\n\nMail: can I move a seat?"
    )
    assert "move a seat" not in instruction_of(request, lambda _: False).text
    assert "move a seat" in instruction_of(request.replace("Mail: ", ""), lambda _: False).text


@pytest.mark.parametrize(
    ("text", "exam"),
    [
        ("Ann, 78, weighs 58 kg and takes 5 mg twice a day. What would you change today?", False),
        ("Ann has 78 apples and gives away 5 of them a day. How many are left on day 9?", True),
        ("Of 12 red and 30 blue pens, what is the share of red ones? Round your answer.", True),
    ],
)
def test_a_calculation_asks_for_a_figure_and_not_for_advice(text: str, exam: bool) -> None:
    assert (judge(text, read(text)).form == "exam") is exam


def test_an_amount_in_dollars_is_not_a_formula() -> None:
    amounts = "Lamp $12.00, shade $8.50, postage $3,100.20."
    assert (read(amounts).dollars, read(amounts).formulas) == (3, 0)
    assert read("Let $x$ be a root of $3x^2 - 12$.").formulas == 4


@pytest.mark.parametrize(
    "code",
    [
        'def add(a, b):\n    """Return the sum."""\n',
        'import math\n\ndef area(r):\n    """\n    >>> area(0)\n    0\n    """\n',
        "function add(a, b) {",
    ],
)
def test_code_whose_body_is_missing_asks_for_it(code: str) -> None:
    assert assess(code).kind == "code generation"


def test_code_with_a_body_does_not_ask_for_one() -> None:
    asked = "def add(a, b):\n    return a + b\n\nWhat does this code do?"
    assert assess(asked).kind == "code reading"


SCHEMA = '{"name": "run", "parameters": {"command": "a command to run"}}'


@pytest.mark.parametrize(
    "task",
    [
        "Such einen Termin, an dem beide können, trag ihn als Gespräch ein, sag beiden Bescheid.",
        "Add these to the list: milk, bread, eggs",
        "Fix the failing build.",
        "Find out why the service is slow.",
    ],
)
def test_several_things_or_a_search_are_not_a_single_call(task: str) -> None:
    one = judge("Run the command ls.", read(f"Run the command ls.\n{SCHEMA}"))
    several = judge(task, read(f"{task}\n{SCHEMA}"))
    assert "plain step" in {signal.name for signal in one.signals}
    assert "plain step" not in {signal.name for signal in several.signals}


def test_what_is_made_does_not_ask_what_it_is_about() -> None:
    reply = "Antworte Herrn Yildiz: Das Paket liegt bereit. Er hatte gefragt, warum niemand kam."
    assert "open question" not in {signal.name for signal in judge(reply, read(reply)).signals}
    asked = "Das Paket liegt seit gestern bereit. Warum hat niemand geklingelt?"
    assert "open question" in {signal.name for signal in judge(asked, read(asked)).signals}


@pytest.mark.parametrize(
    ("fact", "own"),
    [
        ("What is the notice period?", "My lease ends in May. What is the notice period for us?"),
        ("What is a cliff?", "What is the worth of my shares if the firm is bought?"),
    ],
)
def test_what_follows_from_ones_own_affairs_is_not_a_fact_to_look_up(fact: str, own: str) -> None:
    assert assess(fact).kind == "question answering"
    assert assess(own).kind != "question answering"


def test_an_auxiliary_verb_is_not_a_testament() -> None:
    assert ("demand", "expert subject") not in cues_of("en").found("i will call you")
    assert ("demand", "expert subject") in cues_of("en").found("my father s will was signed")


@pytest.mark.parametrize(
    "task",
    [
        "Look into why the nightly backup has been getting smaller, and say what to stop.",
        "Some customers, not all of them, pay twice. Work out what they have in common.",
        "Einigen Kunden wird doppelt abgebucht. Was haben sie gemeinsam?",
    ],
)
def test_a_symptom_without_a_known_cause_makes_a_task_harder(task: str) -> None:
    assert "causes are unknown" in {signal.name for signal in assess(task).signals}
    assert assess(task).complexity != "simple"


@pytest.mark.parametrize(
    "greeting",
    ["morning! how are things?", "Hallo! Wie läuft's?", "Bonjour ! Comment allez-vous ?"],
)
def test_a_question_after_a_greeting_is_about_no_situation(greeting: str) -> None:
    found = assess(greeting)
    assert (found.kind, found.complexity) == ("small talk", "simple")


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("Formuliere eine höfliche Absage an einen Kunden.", "writing"),
        ("Formuliere den Satz höflicher: Das geht nicht.", "rewriting"),
    ],
)
def test_in_german_something_new_is_written_and_something_given_is_rewritten(
    task: str, kind: str
) -> None:
    assert assess(task).kind == kind


@pytest.mark.parametrize(
    "task",
    [
        "合伙人挪用公司的钱买了房,我现在该怎么办?",
        "My partner embezzled money from the firm. What can I do?",
        "Mein Partner hat Geld der Firma veruntreut. Was kann ich tun?",
    ],
)
def test_misused_money_is_a_matter_of_law(task: str) -> None:
    assert assess(task).complexity == "complex"
