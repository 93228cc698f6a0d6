"""Kinds of work: how difficult a plain request of each is, and the cues that name it.

The cues are in seven languages, in lower case and without accents. ``*`` stands for any ending, and
two or more words are a phrase. A strong cue names the work, a weak one only hints at it. The levels
are set by hand, on the scale of log-odds that a cheap model is wrong.
"""

from pricing.recommendations.routing.rules import KindRule

KINDS: dict[str, KindRule] = {
    "small talk": KindRule(
        level=-2.6,
        strong="""en: hi, hello, hey, thanks, thank you, thx, good morning, good evening,
    good night, how are you, how are things, how is it going, how s it going, what s up,
    how have you been, bye, goodbye, see you, nice to meet you, happy birthday, cheers,
    ok, okay, lol, yes, no, cool, great, perfect, are you there, test, testing, haha, welcome,
    have a nice, sorry
de: hallo, danke*, guten morgen, guten tag, guten abend, gute nacht, wie geht es, wie geht s,
    wie lauft s, tschuss, servus, moin
fr: bonjour, bonsoir, salut, merci, coucou, ca va, comment allez vous, comment vas tu,
    au revoir, bonne nuit
es: hola, gracias, buenos dias, buenas tardes, buenas noches, que tal, como estas, adios
pt: ola, obrigad*, bom dia, boa tarde, boa noite, tudo bem, como vai, tchau
ja: こんにちは, おはよう, こんばんは, ありがとう, さようなら, お疲れ, よろしく, 元気ですか
zh: 你好, 您好, 谢谢, 早上好, 晚上好, 再见, 辛苦了, 晚安""",
        weak="",
        mechanical=True,
    ),
    "translation": KindRule(
        level=-1.9,
        strong="""en: translat*, localis*, localiz*, how do you say, how do i say, into german,
    into french, into english, into spanish, to english, to german, to french, to spanish,
    to japanese, to chinese, in french, in german, in spanish, in english
de: ubersetz*, wie sagt man, was heisst auf, ins englische, ins deutsche, auf englisch,
    auf deutsch, auf franzosisch, ins franzosische
fr: tradui*, traduction*, comment dit on, comment on dit, comment dire, en anglais, en allemand,
    en francais, en espagnol
es: traduc*, como se dice, al ingles, al espanol, al frances, al aleman, en ingles
pt: traduz*, traducao, como se diz, para ingles, para o ingles, para portugues,
    para o portugues, para espanhol, em ingles
ja: 翻訳, 訳し, 訳す, 英訳, 和訳, で何と言, 英語に, 日本語に, 中国語に, ドイツ語に,
    フランス語に
zh: 翻译, 译成, 译为, 怎么说, 英文怎么, 成英文, 成中文, 成日文, 成英语, 成日语, 成德语, 成法语,
    翻成""",
        weak="",
        mechanical=True,
    ),
    "extraction": KindRule(
        level=-2.0,
        strong="""en: extract*, pull out, pull the, pull all, parse out, list all, list the,
    list every, list only, find all, collect all, copy out, give me the number,
    give me the date, which line*, what time, what date, what is the order number,
    return only the, what number,
    from the text, from this text, from this email, from this log
de: extrahier*, lies heraus, zieh*, entnimm, liste alle, liste die, nenne alle, nenne mir alle,
    nenne die, such alle, welche nummer, welches datum, um wie viel uhr, wann ist, herausziehen,
    heraus, auflist*,
    aus dem text, aus dieser mail
fr: extrai*, extraction, liste les, listez, lister, releve*, recupere*, quelle date,
    quel numero, a quelle heure, donne moi la date, donne moi le numero, indique la date,
    du texte, de ce texte
es: extra*, enumera*, lista los, lista las, lista todos, saca los, saca las, saca el, saca la,
    que fecha, a que hora, dame el numero, dame la fecha, que numero,
    de este texto, del texto
pt: extra*, enumere, liste os, liste as, liste todos, lista os, retire os, que data,
    a que horas, qual e o numero, qual a data, qual e a data,
    deste texto, do texto
ja: 抽出, 抜き出, 取り出, 書き出, 列挙, リストアップ, 何時, 何番, 拾い出, 番号だけ, 日付を教え
zh: 提取, 抽取, 找出所有, 列出所有, 列出, 摘出, 几点, 哪一天, 哪天, 号码是, 挑出""",
        weak="""en: fields, names, dates, amounts, entities, invoice*, emails, email addresses,
    phone number*, addresses, urls, order number*, prices
de: namen, daten, betrag, betrage, rechnung*, adressen, telefonnummer*, bestellnummer*,
    rechnungsnummer*, preise
fr: noms, dates, montant*, facture*, adresses, numero*, prix
es: nombres, fechas, importe*, factura*, direcciones, correos, numero*, precios
pt: nomes, datas, valores, fatura*, enderecos, e mails, numero*, precos
ja: 名前, 日付, 金額, 請求書, 住所, 電話番号, 注文番号, メールアドレス
zh: 姓名, 日期, 金额, 发票, 地址, 电话, 订单号, 邮箱""",
        mechanical=True,
    ),
    "classification": KindRule(
        level=-2.1,
        strong="""en: classif*, categori*, label, sentiment, spam, which category, which queue,
    which team, positive or negative, positive or, detect the language, what language,
    which language, route this, triage, tag this, tag each, true or false, answer yes or no,
    yes or no, is this a, is the following, is the tone, angry neutral, pick the right,
    which macro, which label, question or statement, human or
de: klassifizier*, kategorisier*, einordnen, ordne, ordnen, stimmung, positiv oder negativ,
    welche kategorie, welcher kategorie, spam, ja oder nein, markiere
fr: classe, classez, classer, classifi*, categoris*, etiquet*, quelle categorie,
    positif ou negatif, sentiment, oui ou non, spam
es: clasifica*, categoriza*, etiqueta*, que categoria, positivo o negativo, positiva o negativa,
    sentimiento, si o no, spam
pt: classifi*, categoriz*, rotul*, etiquet*, que categoria, qual categoria,
    positivo ou negativo, positiva ou negativa, sentimento, sim ou nao, spam
ja: 分類, カテゴリ, 肯定か否定, ポジティブかネガティブ, はいかいいえ, 感情を判定, ラベル,
    振り分け
zh: 分类, 归类, 类别, 正面还是负面, 是或否, 情感, 标注, 打标签, 属于哪""",
        weak="""en: category, categories, ticket*, priority, negative, neutral, review, reviews,
    tweet, message, one word
de: kategorie*, ticket*, prioritat*, bewertung*, nachricht*
fr: categorie*, ticket*, priorite*, avis, message*
es: categoria*, ticket*, prioridad*, resena*, mensaje*
pt: categoria*, ticket*, chamado*, prioridade*, avaliac*, mensage*
ja: レビュー, 優先度, チケット, 問い合わせ
zh: 工单, 评论, 优先级, 留言""",
        mechanical=True,
    ),
    "conversion": KindRule(
        level=-2.0,
        strong="""en: reformat*, format this, format these, format the, sort, sort these,
    sort the, count the, count how many, uppercase, lowercase, upper case, lower case,
    capital letters, alphabetical*, alphabetise, alphabetize, into json, as json, to json,
    into csv, as csv, to csv, to yaml, into yaml, as yaml, to xml, to markdown, as a markdown,
    as a table, into a table, to iso, to celsius, to fahrenheit, to kilometers, to euros,
    in celsius, in miles, round to, pad, remove duplicates, deduplicat*, remove the duplicates,
    reverse the, base64, merge these lists, how many words, convert this, convert these,
    turn this into a table, turn these into, turn this list into, put these, put this list,
    put them in, reverse this, round the
de: formatier*, sortier*, zahl die, zahle die, wie viele worter, grossbuchstaben,
    kleinbuchstaben, alphabetisch*, in json, als json, in csv, als csv, als tabelle,
    in eine tabelle, in yaml, wandle*, wandel, umwandel*, umrechn*, rechne um, rechne,
    konvertier*, doppelte, dubletten, rund*
fr: formate*, trie, triez, trier, compte les, compte combien, combien de mots, majuscule*,
    minuscule*, alphabetique*, en json, en csv, en tableau, sous forme de tableau, en yaml,
    converti*, doublon*, arrondi*
es: formatea*, ordena, ordene, cuenta las, cuenta los, cuantas palabras, mayuscula*, minuscula*,
    alfabetic*, en json, a json, en csv, a csv, en una tabla, en tabla, convierte*, convertir,
    duplicado*, redonde*
pt: formate*, ordene, quantos quilometros, ordena, conte as, conte os, quantas palavras,
    maiuscula*, minuscula*, alfabetic*, em json, para json, em csv, para csv, em tabela,
    em uma tabela, numa tabela, converta, convertam, converte, converter, convertendo,
    duplicad*, duplicat*, arredond*
ja: 並べ替え, 並び替え, 変換, 整形, 数えて, 何文字, 何語, 大文字, 小文字, 表にして, 表形式,
    五十音順, 重複を, 箇条書きにして, ソート
zh: 排序, 转换, 转成, 格式化, 数一下, 多少个字, 几个字, 大写, 小写, 做成表格, 整理成表格,
    表格形式, 去重, 按字母, 换算""",
        weak="""en: convert*, celsius, fahrenheit, json, csv, yaml, xml, units, timezone,
    time zone, markdown, table, lines, list, cron, iso 8601, miles, kilometers, dollars,
    indentation
de: celsius, json, csv, yaml, tabelle, liste, zeilen, einheiten, zeitzone, euro
fr: celsius, json, csv, tableau, liste, lignes, unites, fuseau
es: celsius, json, csv, tabla, lista, lineas, unidades, zona horaria
pt: celsius, json, csv, tabela, lista, linhas, unidades, fuso
ja: json, csv, 表, 一覧, 単位, 時差
zh: json, csv, 表格, 列表, 单位, 时区""",
        mechanical=True,
    ),
    "rewriting": KindRule(
        level=-2.0,
        strong="""en: proofread*, spelling, spell check, spellcheck, grammar, correct the,
    correct this, fix the typo*, typo*, typos, rephrase*, reword*, paraphras*, shorten*,
    make it shorter, make this shorter, more formal, more polite*, less formal, less rude,
    politer, friendlier, sound more, sound less, sound friendlier, synonym*, past tense,
    present tense, plural of, plural, active voice, passive voice, rename, capitalis*,
    capitaliz*, punctuation, commas
de: rechtschreib*, grammatik*, korrigier*, korrektur*, tippfehler*, umformulier*, formuliere*,
    kurze, kurzer, kurzen, hoflicher, freundlicher, formeller, synonym*, vergangenheit,
    mehrzahl, plural, benenne, umbenennen, kommas, zeichensetzung
fr: orthographe*, grammaire, corrige*, coquille*, reformul*, raccourci*, plus poli*,
    plus courtois, plus formel*, plus court, synonyme*, au passe, pluriel, renomme*,
    ponctuation
es: ortografi*, gramatica*, corrige*, errata*, reformula*, parafrase*, acorta*, mas formal,
    mas cortes*, mas amable*, mas corto, mas corta, sinonimo*, en pasado, plural, renombra*,
    puntuacion
pt: ortografi*, gramatica*, corrija*, corrige*, reformul*, parafras*, encurt*, mais formal,
    mais educad*, mais curto, mais curta, mais gentil, sinonimo*, no passado, plural, renomei*,
    pontuacao
ja: 誤字, 脱字, 校正, 言い換え, 書き直, 丁寧に, 丁寧な, 敬語, 短くして, 短く, 類義語, 同義語,
    過去形, 添削, 直して
zh: 错别字, 校对, 语法, 改写, 润色, 更礼貌, 更正式, 缩短, 同义词, 近义词, 改短, 病句, 标点,
    客气""",
        weak="""en: sentence, sentences, wording, tone, clearer, formal, polish*, rewrite*,
    this text, paragraph, email, line
de: satz, satze, tonfall, diesen text, text, absatz, zeile
fr: phrase*, ton, ce texte, texte, paragraphe, ligne
es: frase*, oracion*, tono, este texto, texto, parrafo, linea
pt: frase*, oracao, tom, este texto, texto, paragrafo, linha
ja: 文, 文章, 表現, メール
zh: 句子, 文字, 语气, 这句话, 这段话, 邮件""",
        mechanical=True,
    ),
    "question answering": KindRule(
        level=-1.9,
        strong="""en: what does, what is the, what day, which weekday, how do you spell, how is,
    what code, code of, code for, what is a, what is an, what are the, what year, who wrote,
    who was, who is, who invented, when was, when did, where is, how many, how old, how tall,
    how far, capital of, define, stands for, stand for, meaning of, which flag, which command,
    which shortcut, what command, what port, which port, default port, what's the,
    how long does, how long is, difference between
de: was bedeutet, welcher tag, welcher wochentag, wie schreibt man, welche farbe, was ist,
    was heisst, was sind, wer schrieb, wer war, wer ist, wann war, wann wurde, wo liegt, wo ist,
    wie viele, wie hoch, wie alt, wie lange, wie weit, hauptstadt, wofur steht, welcher befehl,
    welcher port, mit welchem befehl, welche taste
fr: que signifie, quel jour, comment s ecrit, quelle heure, que veut dire, qu est ce que,
    c est quoi, qui a ecrit, qui est, qui etait, quand a, ou se trouve, combien de, combien,
    quelle est la capitale, capitale de, quelle commande, quel port, quelle est la, quel est le
es: que significa, que dia, como se escribe, que hora, que es, que son, quien escribio,
    quien fue, quien es, cuando fue, donde esta, cuantos, cuantas, capital de, que comando,
    que puerto, cual es la, cual es el
pt: o que significa, que dia, como se escreve, que horas, o que e, o que sao, quem escreveu,
    quem foi, quem e, quando foi, onde fica, quantos, quantas, capital de, capital da,
    capital do, qual comando, que comando, que porta, qual porta, qual e a, qual e o
ja: とは何, 何曜日, 何日, とは?, って何, 意味は, どういう意味, 何ですか,
    誰が, いつですか, どこですか,
    首都, いくつ, 何年, コマンドは, 何の略
zh: 是什么意思, 星期几, 几号, 什么意思, 什么是, 是什么, 是谁, 谁写, 在哪里, 首都, 多少, 哪一年,
    几个, 什么命令, 哪个命令, 用什么命令, 哪个端口""",
        weak="""en: what, which, who, when, where, mean, means
de: was, welche*, wer, wann, wo
fr: que, quel*, qui, quand, ou
es: que, cual*, quien, cuando, donde
pt: que, qual, quem, quando, onde
ja: 何, ですか
zh: 什么, 哪个, 吗""",
        mechanical=True,
    ),
    "multiple choice": KindRule(
        level=-0.2,
        strong="""en: which of the following, all of the above, none of the above, following is,
    following statements, following are""",
        weak="",
    ),
    "calculation": KindRule(
        level=-1.0,
        strong="""en: how much is, how much does, adds up, altogether, calculat*, in total,
    what percentage, what percent, per cent of, percent of, add up, sum of, what is the total,
    work out the total
de: berechn*, insgesamt, wie viel kostet, wie viel ist, wie viel prozent, prozent von, summe
fr: calcule*, au total, combien coute, combien font, combien fait, quel pourcentage, somme
es: calcula*, en total, cuanto es, cuanto cuesta, que porcentaje, suma
pt: calcul*, no total, quanto e, quanto custa, qual porcentagem, soma
ja: 計算して, 合計, 何パーセント, いくらになり, いくらですか
zh: 计算, 总共, 一共, 百分之, 多少钱, 合计""",
        weak="""en: each, per, total, left, more, twice, half, percent, remaining, cost,
    average, many""",
    ),
    "maths": KindRule(
        level=0.8,
        strong="""en: prove, proof, theorem, lemma, polynomial, integral, derivative,
    eigenvalue*, modulo, equation, inequality, converges, posterior, closed form, real numbers,
    complex numbers, positive integers, positive integer, primes, irrational
de: beweis*, satz von, ungleichung, polynom*, integral, ableitung, eigenwert*, primzahl*,
    irrational
fr: demontre*, prouve*, theoreme, inegalite, polynome, integrale, derivee, nombres premiers,
    irrationnel*
es: demuestra*, demostrar, teorema, desigualdad, polinomio, integral, derivada, numeros primos,
    irracional
pt: demonstre, demonstrar, prove que, provar, teorema, desigualdade, polinomio, integral,
    derivada, numeros primos, irracional
ja: 証明, 定理, 不等式, 多項式, 積分, 微分, 素数, 無理数, 固有値
zh: 证明, 定理, 不等式, 多项式, 积分, 导数, 素数, 质数, 无理数, 特征值""",
        weak="""en: integer, integers, triangle, circle, probability, matrix, vector, function,
    sequence, roots, angle, sum, product, divisible, prime, sqrt, frac, mathbb""",
    ),
    "logic puzzle": KindRule(
        level=0.8,
        strong="""en: puzzle, riddle, logically, deduce, zebra, sudoku, knights and, liars,
    weighings
de: ratsel*, logisch
fr: enigme, devinette
es: acertijo, enigma
pt: enigma, charada
ja: パズル, なぞなぞ, 推理
zh: 谜题, 推理题, 逻辑题""",
        weak="""en: houses, lives, person, left, right, neighbor, neighbour, either, statements""",
    ),
    "code generation": KindRule(
        level=0.0,
        strong="""en: implement*, python function, a function, write code, write a script,
    a program, a programme that, a script, sql query, a query, a regex, regex that,
    regular expression, endpoint, a component, a workflow, a class, a cli, crud, dockerfile,
    docker compose, http client, webhook, terraform, a parser, api client, a form, algorithm, add a,
    unit test for, bash script, sql, macro, vba
de: implementier*, programmier*, funktion, skript*, sql, abfrage, regex, regularen ausdruck,
    klasse, endpunkt, komponente, makro
fr: implement*, code une, ecris une fonction, fonction, script, requete sql, requete, regex,
    expression reguliere, composant, macro
es: implementa*, programa, funcion, script, consulta sql, consulta, regex, expresion regular,
    componente, macro
pt: implement*, programa, funcao, script, consulta sql, consulta, regex, expressao regular,
    componente, macro
ja: 実装, 関数, スクリプト, クエリ, 正規表現, コードを書, プログラム, sql, マクロ
zh: 实现, 函数, 脚本, 查询语句, 正则, 写代码, 写一段代码, 程序, sql, 编写""",
        weak="""en: python, javascript, typescript, java, golang, rust, go, sql, bash,
    powershell, api, function, class, string, return, array, write, build, generate, client,
    types, react, django, fastapi, kotlin, swift
de: schreib*, python, java, javascript, rust
fr: ecris, ecrivez, python, java, javascript
es: escribe*, python, java, javascript
pt: escrev*, python, java, javascript
ja: python, java, javascript, 書いて
zh: python, java, javascript, 写一个, 写个""",
    ),
    "code reading": KindRule(
        level=-0.3,
        strong="""en: assertion, what does this code, given code, provided code, explain this,
    executing the, this code, this snippet, this script, output when, what this does,
    what is printed
de: was macht dieser code, erklar mir diesen code, diesen code, dieser code
fr: que fait ce code, explique ce code, ce code
es: que hace este codigo, explica este codigo, este codigo
pt: o que faz este codigo, explique este codigo, este codigo, esse codigo
ja: このコード, 何をして
zh: 这段代码, 代码是做什么, 这个函数""",
        weak="""en: python, assert, literal, snippet, code, output, function""",
    ),
    "tests": KindRule(
        level=-0.1,
        strong="""en: write tests, unit tests, pytest, jest, test cases, integration tests,
    write unit, test suite, test coverage, add tests, tests for
de: unit tests, testfalle, tests fur, tests schreib*, schreibe tests
fr: tests unitaires, des tests, cas de test
es: pruebas unitarias, tests unitarios, casos de prueba
pt: testes unitarios, casos de teste, testes para
ja: テストを書, 単体テスト, テストケース, ユニットテスト
zh: 单元测试, 测试用例, 写测试""",
        weak="""en: tests, test, edge, edge cases, coverage, assert, fixtures, mock""",
    ),
    "review": KindRule(
        level=0.1,
        strong="""en: review, code review, pull request, feedback on, critique, this diff,
    before merging
de: review, begutacht*, prufe diesen, pruf*, durchsicht, feedback
fr: revue de code, relis, relisez, relecture, verifie*, revois
es: revisa*, revision, comentarios sobre
pt: revis*, feedback sobre
ja: レビューして, コードレビュー, 確認して, 査読
zh: 审查, 评审, 代码审查, 审阅, 检查一下""",
        weak="""en: diff, merge, comments, change, improve, point""",
    ),
    "debugging": KindRule(
        level=0.3,
        strong="""en: debug*, bug, bugs, fails with, error, exception, traceback, crash*,
    stack trace, not working, does not work, doesn't work, troubleshoot*, why does, why is,
    why do
de: debug*, fehler, fehlermeldung, absturz*, sturzt ab, funktioniert nicht, geht nicht, warum
fr: debog*, bug, erreur, plante*, ne fonctionne pas, ne marche pas, pourquoi
es: depura*, error, falla, fallo, no funciona, por que
pt: depur*, erro, falha, nao funciona, por que
ja: デバッグ, エラー, 例外, バグ, 動かない, 落ちる, クラッシュ, なぜ
zh: 调试, 报错, 错误, 异常, 崩溃, 不工作, 为什么, bug""",
        weak="""en: fix, fails, failing, issue, wrong, broken, logs, log, trace, slow, why,
    unexpected, memory, latency""",
    ),
    "refactoring": KindRule(
        level=0.1,
        strong="""en: refactor*, restructur*, clean up, simplify this, port this,
    deduplicate the code
de: refaktor*, refactor*, umstrukturier*, aufraumen
fr: refactor*, refactoris*, restructur*, nettoie
es: refactoriz*, reestructur*
pt: refator*, reestrutur*
ja: リファクタ, 書き換え
zh: 重构""",
        weak="""en: cleaner, readable, separate, behaviour, behavior, duplicate, legacy""",
    ),
    "summarising": KindRule(
        level=-0.5,
        strong="""en: summari*, summary, tldr, tl dr, condense, key points, main points,
    minutes of, digest, in short, sum up
de: zusammenfass*, fasse, fass, zusammenfassung, kernpunkte, protokoll
fr: resum*, synthese, points cles, compte rendu
es: resum*, puntos clave, sintesis, acta
pt: resum*, pontos principais, sintese, ata
ja: 要約, まとめて, 要点, 議事録
zh: 总结, 概括, 摘要, 归纳, 要点, 纪要""",
        weak="""en: bullets, bullet points, report, transcript, meeting, article, minutes,
    overview, paragraphs""",
    ),
    "writing": KindRule(
        level=-0.3,
        strong="""en: blog post, essay, story, poem, email to, an email, draft a, draft an,
    draft me, subject line*, announcement, newsletter, advertisement, press release,
    product description, cover letter, speech, caption*, slogan*, commit message, reply to,
    respond to, answer to the customer, marketing copy, release notes, checklist, job posting,
    job ad, biography, toast, invitation, template, recipe, quiz, itinerary, workout, menu
de: schreibe eine mail, schreib eine mail, schreib eine e mail, schreibe eine e mail, antwort*,
    entwurf*, entwirf eine mail, stellenanzeige, rede, gedicht, geschichte, blogartikel,
    blogbeitrag, produktbeschreibung, einladung*, anschreiben, newsletter, vorlage, rundmail,
    formuliere eine, formuliere einen, formuliere ein
fr: redige*, redaction, reponds, reponse, lettre, courriel, poeme, histoire, discours,
    article de blog, annonce, fiche produit, invitation, brouillon, modele de
es: redacta*, responde*, respuesta, carta, poema, cuento, discurso, articulo, anuncio,
    invitacion, borrador, plantilla, descripcion de producto
pt: redij*, redig*, respond*, resposta, carta, poema, conto, discurso, artigo, anuncio, convite,
    rascunho, modelo de, descricao do produto
ja: メールを書, 返信, 作文, 詩, 物語, 案内文, お詫び, スピーチ, ブログ, 文面, 下書き, 紹介文,
    招待
zh: 写一封, 回复, 作文, 诗, 故事, 演讲, 博客, 文案, 邀请函, 通知, 草稿, 道歉信, 介绍""",
        weak="""en: write a, write an, tone, audience, friendly, words, write, draft, post,
    letter, customers, politely""",
    ),
    "data analysis": KindRule(
        level=0.2,
        strong="""en: dataset, dashboard, cohort*, retention, churn, regression model,
    correlation, pandas, analyse, analyze, statistical*, forecast*, a b test, median,
    spreadsheet, excel, pivot, chart
de: datensatz*, auswert*, analysier*, korrelation, prognose, abwanderung, excel, diagramm,
    statistisch*
fr: jeu de donnees, analyse*, correlation, prevision*, attrition, tableur, excel, graphique,
    statistique*
es: conjunto de datos, analiza*, analisis, correlacion, prevision, abandono, hoja de calculo,
    excel, grafico, estadistic*
pt: conjunto de dados, analis*, correlacao, previsao, evasao, planilha, excel, grafico,
    estatistic*
ja: データセット, 分析, 解約率, 相関, 予測, エクセル, 集計, グラフ, 統計
zh: 数据集, 分析, 流失, 留存, 相关性, 预测, excel, 图表, 统计""",
        weak="""en: data, table, metrics, model, revenue, trend, distribution, mean""",
    ),
    "planning": KindRule(
        level=0.6,
        strong="""en: migrat*, roadmap, rollout, roll out, rollback, plan the, plan a, plan our,
    strategy, step plan, project plan, cutover, phased, schedule for, timetable, rota, roster
de: migrier*, migration, fahrplan, strategie, projektplan, umstell*, ablos*, dienstplan,
    stundenplan, plane
fr: migre*, migration, feuille de route, strategie, planifi*, plan de, bascule*, planning
es: migra*, hoja de ruta, estrategia, planifica*, plan de, plan para, turnos
pt: migr*, roteiro, estrategia, planej*, plano de, plano para, escala de
ja: 移行, ロードマップ, 戦略, 計画, 切り替え, シフト表
zh: 迁移, 路线图, 战略, 策略, 规划, 计划, 方案, 排班""",
        weak="""en: plan, steps, risks, timeline, phases, downtime, team, milestones, verify""",
    ),
    "architecture": KindRule(
        level=1.1,
        strong="""en: architecture, architect a, architect an, architect our, architect the,
    design a system, design a scheme, design an, design a, design the, design our,
    system design, database schema, a schema, data model, scalable, microservices,
    layering, module structure, event driven, event sourced, multi tenant, high availability
de: architektur, entwirf, entwerfe, entwerfen, konzipier*, systementwurf, datenmodell,
    mandantenfahig*, hochverfugbar*
fr: architecture, concois, concevoir, concevez, conception, modele de donnees,
    haute disponibilite
es: arquitectura, disena*, diseno, modelo de datos, alta disponibilidad
pt: arquitetura, projete, desenhe uma arquitetura, projetar, modelo de dados,
    alta disponibilidade
ja: アーキテクチャ, 設計, データモデル, 高可用
zh: 架构, 设计, 数据模型, 高可用""",
        weak="""en: design, designing, system, distributed, consistency, scale, service,
    services, schema, tenants, throughput, availability, requirements, cache, queue""",
    ),
    "security": KindRule(
        level=1.0,
        strong="""en: vulnerabilit*, threat model*, penetration, exploit*, security audit,
    security review, oauth, injection, cve, hardening, secure
de: sicherheitslucke*, schwachstelle*, bedrohung*, angreif*, absicher*
fr: vulnerabilite*, faille*, modele de menace, attaque*, securis*
es: vulnerabilidad*, amenaza*, ataque*, modelo de amenazas
pt: vulnerabilidade*, ameaca*, ataque*, modelo de ameacas
ja: 脆弱性, 脅威, 攻撃, セキュリティ
zh: 漏洞, 威胁, 攻击, 安全审计, 安全性""",
        weak="""en: security, token, tokens, authorization, authentication, session, attacker,
    permissions""",
    ),
    "expert analysis": KindRule(
        level=0.9,
        strong="""en: legal memo, legal analysis, legal opinion, differential diagnosis,
    due diligence, position paper, policy paper, litigation, valuation, plaintiff, defendant,
    legally, liable, liability
de: rechtlich*, gutachten, haftung, haftet, differentialdiagnose
fr: juridique*, avis juridique, responsabilite, diagnostic differentiel
es: juridic*, legalmente, responsabilidad, diagnostico diferencial
pt: juridic*, legalmente, responsabilidade, diagnostico diferencial
ja: 法的, 法律上, 鑑別診断, 責任を
zh: 法律上, 法律意见, 责任, 鉴别诊断, 合法""",
        weak="""en: court, statute, patient, clinical, treatment, argument, arguments, evidence,
    risks, claims, policy, agreement, dispute, tort, negligence, symptoms""",
    ),
    "tool use": KindRule(
        level=-0.6,
        strong="""en: available tools, available functions, function call, tool call,
    use the tool""",
        weak="""en: parameters, function, functions, tool, tools, arguments, required, call""",
    ),
}
