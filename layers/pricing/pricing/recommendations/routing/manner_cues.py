"""How a request is put, the words that join what it asks, and frequent words (``kind_cues``)."""

#: A ``step`` is done at once; something to ``make`` has a known form; an ``open`` question asks
#: what to do about a situation, or whether something holds in it; a ``howto`` asks for a known way.
#: Steps and what is made open a sentence, except in Japanese and Chinese.
ACTS = {
    "step": """en: set, turn, book, remove, swap, replace, delete, pick, choose, expand, repeat,
    rename, insert, append, prepend, look up, show, open, close, send, call, play, stop, cancel,
    remind, mark, move, copy, fill, count, sort, round, capitalise, capitalize, abbreviate,
    spell, name, list, put, change, add, state, quote, read, check whether, add up, multiply,
    divide, split, join, combine, merge, trim, strip, highlight, underline, return, print, get,
    fetch, output, tell me the, give me the, give the, fill in, tick, write the word,
    write the date, give it back, give me just, i only need, i just need, say, reorder,
    schedule, log, ping, subscribe, unsubscribe, archive
de: setze, setz, stell*, buch*, entferne, entfern, losch*, tausch*, ersetz*, streich*, wahle,
    wiederhol*, offne, schliess*, schick*, sende, ruf, stopp*, erinner*, markier*, verschieb*,
    kopier*, full*, zahl, zahle, nenn*, andere, fug*, gib, zeig*, lies, mach aus, mache aus,
    setze ein, schreib das wort, teile, addier*, trag*, schalte, schalt, such die,
    welches datum
fr: mets, mettez, ajoute, ajoutez, supprim*, remplac*, enleve*, choisis*, repete*, ouvre*,
    ferme*, envoi*, envoyez, appelle*, annule*, rappelle*, marque*, deplace*, copie*, remplis*,
    compte*, nomme*, cite*, change*, donne moi, donnez moi, indique*, montre*, affiche*,
    reserve*, allume*, eteins*, dis moi, dites moi, ecris le mot, separe*
es: pon, ponga, anade*, agrega*, quita*, elimina*, borra*, sustituye*, reemplaza*, elige*,
    repite*, abre*, cierra*, envia*, llama*, cancela*, recuerda*, marca*, mueve*, copia*,
    rellena*, cuenta*, nombra*, cambia*, dame, dime, deme, digame, indica*, muestra*, reserva*,
    enciende*, apaga*, pasa a, separa*, escribe la palabra, lista
pt: coloque, coloca, adicion*, acrescent*, remov*, retir*, apag*, exclu*, substitu*, escolh*,
    repit*, abr*, fech*, envi*, ligue, liga, cancel*, lembr*, marqu*, mov*, copi*, preench*,
    cont*, nomei*, mud*, troqu*, me diga, diga me, me de, diga, mostr*, reserv*, acend*,
    indiqu*, separ*, escreva a palavra
ja: 消して, 付けて, つけて, 予約して, 送って, 削除して, 置き換えて, 追加して, 選んで,
    だけ教えて, 表示して, 繰り返して, 英語にして, 大文字にして, キャンセルして, 設定して,
    数えて, 入れ替えて, 何曜日, 埋めて
zh: 删除, 删掉, 替换, 替换成, 添加, 加上, 选出, 打开, 关掉, 关闭, 预订, 发送, 取消, 设置一个,
    重复, 只告诉我, 告诉我, 改成, 填上, 显示, 交换, 换成, 星期几""",
    "make": """en: write, create, draft, prepare, compose, generate, build, explain, describe,
    reply, respond, compare, outline, suggest, give me ideas, brainstorm, produce, implement,
    develop, code, script, make me, make a, make an, set up, continue, update, improve, go over,
    turn my, turn this into an, come up with
de: antwort*, schreib*, erstell*, entwirf, verfass*, bereite, erklar*, beschreib*, vergleich*,
    skizzier*, programmier*, implementier*, entwickl*, formulier*, bau*, wir brauchen,
    ich brauche, fass*, uberarbeit*, erweiter*
fr: reponds, repondez, ecris, ecrivez, redige*, cree*, creez, prepare*, explique*, decris*,
    compare*, propose*, genere*, developpe*, resume*, elabore*, fais moi, faites moi, ameliore*
es: responde*, contesta*, escrib*, redact*, crea, cree, prepara*, explica*, describ*, compara*,
    propon*, genera*, desarrolla*, resum*, elabora*, haz un*, haz me, hazme, mejora*
pt: respond*, escrev*, redij*, crie, cria, prepar*, expliqu*, explica, descrev*, compar*,
    propon*, ger*, desenvolv*, resum*, elabor*, faca um*, melhor*
ja: 返信して, 書いて, 作成して, 作って, 説明して, 比較して, 提案して, まとめて, 考えて, 用意して,
    改善して
zh: 回复, 写一, 写个, 写出, 撰写, 创建, 生成, 准备, 解释, 说明, 介绍, 起草, 编写, 总结, 做一, 制作,
    改进""",
    "open": """en: what can i do, what can we do, what could i, what should i, what should we,
    what do i do, what do we, what must, what could it be, what is going on, what would you,
    what next, how do we, how would, how could, how should, how can we, how sure, where do we,
    where do i start, where to start, where should, should i, should we, can i, can we, can he,
    can she, can they, could we, could it, could that, could this, must i, must we, may i,
    may we, is it possible, is it safe, what is the best way, what is the right,
    what is the plan, what is wrong, what went wrong, what is our, what is the risk, is it ok,
    is it okay, is it normal, is it enough, is it worth, who wins, does it need, can it,
    is it true, is it fair, is the result, is this safe, is our, are we, will it, would it,
    which of them should, which one should, which should, who is right,
    how much should we trust, why would, why does, why do, why is, why does our, why do our,
    why are, why is our, convince me, show me how, be sure, how to be sure, how you will know,
    how do you know, cannot happen again, decide, and decide, argue, reconcile, investigate,
    explain why, who or what, in which order, go about it, and why, say which, tell us,
    help me decide, is my, does my, do i have, do we have to, am i, what are my,
    what happens if, what rules, which rules
de: was tun, was ist zu tun, ist es normal, ist es in ordnung, reicht es, wer gewinnt, kann es,
    was kann ich, was konnen wir, was soll, was sollen, was mussen wir, was muss, was jetzt,
    wie gehen wir, wie gehe ich, wie konnen wir, wie konnte, wie sollen, wie soll, wie wurden,
    wo fangen, wo suchen, womit, soll ich, sollen wir, sollten wir, kann ich, konnen wir,
    kann er, kann man, muss ich, mussen wir, darf ich, durfen wir, ist es moglich,
    wer hat recht, woran, wieso, weshalb, warum, wie uberbrucken, wie wehre, wie vermeiden,
    wie verhindern, wie finden wir, hat er recht, stimmt das, was gilt, was spricht, wie stark,
    entscheide, begrunde
fr: que faire, est ce normal, est ce grave, suffit il, que puis je, que pouvons, que dois je,
    que devons, que devrait, que dit, que peut, comment pouvons, comment faire,
    comment proceder, comment eviter, comment savoir, comment garantir, par ou commencer,
    ou chercher, dois je, devons nous, devrais je, faut il, puis je, pouvons nous, peut on,
    peut il, peut elle, est il possible, qui a raison, pourquoi, est ce que je dois,
    est ce legal, tranche*, justifie*, que risque, quels sont mes, quelles sont mes,
    que faut il
es: que hago, es normal, es grave, basta con, que puedo, que podemos, que debo, que debemos,
    que deberia, que hay que, que pasa si, como encontramos, como podemos, como evitamos,
    como sabemos, como procedo, como procedemos, como proceder, por donde, debo, deberia,
    deberiamos, puedo, podemos, puede, pueden, es posible, quien tiene razon, por que,
    es seguro, averigua*, decide*, conviene, que derechos, que riesgos, tengo que
pt: o que faco, e normal, e grave, basta, o que posso, o que podemos, o que devo, o que devemos,
    o que fazer, o que acontece, como encontramos, como podemos, como evitar, como evitamos,
    como saber, como investigar, como proceder, como procedo, por onde, devo, deveriamos,
    devemos, posso, podemos, pode, podem, e possivel, quem tem razao, por que, e seguro,
    descubra*, decida*, vale a pena, quais direitos, quais riscos, tenho que, qual a conduta
ja: どうすれば, 大丈夫ですか, 問題ない, どうしたら, どうすべき, すべき, べきです, できますか,
    できるでしょうか, でしょうか, どこから, なぜ, 可能ですか, 結論を出, 判断して, どう対応,
    どう進め, どちらが, 調べて, どう考え, 防げ
zh: 怎么办, 正常吗, 要紧吗, 没问题吗, 该怎么, 应该怎么, 应该如何, 如何处理, 怎么处理, 能不能,
    可以吗, 能阻止, 我能, 我们能, 应该从哪, 从哪里, 为什么, 是否可以, 该不该, 应不应该,
    给出结论, 如何应对, 怎么应对, 谁有理, 怎么回事, 怎样才能, 如何才能, 怎么查, 怎么保证""",
    "howto": """en: how do i, how can i, how to, how do you, what is the command
de: wie kann ich, wie mache ich, wie stelle ich, wie andere ich, wie losche ich, wie fuge ich
fr: comment faire pour, comment puis je, comment je, comment on, comment ajouter,
    comment supprimer, comment changer
es: como puedo, como hago, como se, como cambio, como borro
pt: como faco, como posso, como se, como mudo, como apago
ja: やり方を教えて, 方法を教えて, どうやって
zh: 怎么用, 怎么设置, 怎么查看, 怎么删除, 怎么取消, 如何查看, 如何设置""",
}
LISTS = {
    # Conditions that a result has to satisfy at the same time.
    "constraints": """en: must, without, while, unless, except, at least, at most, no more than,
    not more than, exactly, never, always, each, every, no one, but, however, even if,
    even though, although, cannot, only if, regardless, in parallel, given that, subject to,
    as well as, or else, whereas, whether, identical, same, still, again, keep, both, neither,
    only when, yet, so that, no two, every, all of, until, stay within, not exceed, in between,
    instead of, and still
de: muss, mussen, ohne, wahrend, ausser, mindestens, hochstens, nicht mehr als, genau, nie,
    niemals, immer, jede*, niemand, aber, jedoch, obwohl, auch wenn, darf nicht, durfen nicht,
    trotzdem, gleichzeitig, sondern, ob, beide, weder, dieselbe*, identisch, nur wenn, sodass,
    weiterhin, bleiben
fr: doit, doivent, sans, tout en, sauf, au moins, au plus, pas plus de, exactement, jamais,
    toujours, chaque, personne, mais, cependant, bien que, meme si, ne peut, malgre,
    a condition, si, les deux, ni, meme, identique*, seulement si, afin que, rester, toutes les,
    tous les
es: debe, deben, sin, mientras, salvo, excepto, al menos, como maximo, no mas de, exactamente,
    nunca, siempre, cada, nadie, pero, aunque, incluso si, no puede, a pesar, siempre que, si,
    ambos, ambas, ni, mismo, misma, identic*, solo si, seguir, todos los, todas las
pt: deve, devem, sem, enquanto, exceto, salvo, pelo menos, no maximo, nao mais de, exatamente,
    nunca, sempre, cada, ninguem, mas, embora, mesmo que, nao pode, apesar, desde que, se,
    ambos, ambas, nem, mesmo, mesma, identic*, so se, continuar, todos os, todas as
ja: なければならない, 必ず, ながら, せずに, 以上, 以下, 以内, 各, ただし, しかし, 同時に,
    満たす, かつ, 場合でも, のに, 絶対, 常に, 決して
zh: 必须, 不能, 同时, 除非, 至少, 最多, 不超过, 每个, 每人, 但是, 但, 即使, 又要, 既要, 而且,
    满足, 却, 绝对, 永远, 从不, 总是""",
    # Words that suppose something.
    "supposing": """en: if
de: wenn, falls
fr: si
es: si
pt: se, caso
ja: 場合, たら
zh: 如果, 要是""",
    # Words that join several calls of tools.
    "joining": """en: and, also, both, each, respectively, then
de: und, dann, auch, danach
fr: et, puis, aussi, ensuite
es: y, luego, tambien, despues
pt: e, depois, tambem
ja: そして, それから, 次に, その後, して、
zh: 然后, 并且, 并, 再, 同时""",
    # Words of a writer who speaks of their own affairs, as exam questions do not.
    "self": """en: we, our, ours, us, my, mine, i am, i m, i have, i ve, i want, i need, i d, i was,
    i got, i get, i would, i think, i can, i cannot, can i, should i, do i, did i, may i, must i,
    tell me, give me
de: wir, unser*, uns, ich, mein*, mir, mich
fr: nous, notre, nos, je, mon, ma, mes, moi, j
es: nosotr*, nuestr*, nos, mi, mis, yo, tengo, tenemos
pt: nos, nosso, nossa, nossos, nossas, eu, meu, minha, meus, minhas
ja: 私, 弊社, 当社, 我々, うち, 僕
zh: 我, 我们, 咱们, 本公司""",
}
#: By which a language is recognised.
FREQUENT = """en: the, a, an, of, to, in, is, are, was, were, and, for, with, this, that, my,
    our, me, you, your, it, its, on, at, by, or, if, be, has, have, will, not, how, what, do,
    does, can, please, from, we, i, he, she, they, write, make, give, all, which, why, who,
    where, when, should, there, these, find, tell
de: der, die, das, ein, eine, einen, einem, einer, ist, sind, und, fur, mit, nicht, mein, meine,
    meinen, unser, unsere, unseren, wie, bitte, aus, wir, ich, zu, den, dem, des, im, ins, am,
    auf, von, uns, mir, warum, wer, ohne, dieser, diese, diesen, dieses, welche, welcher, kann,
    hat, bei, nach, sich, es, er, schreibe, schreib, haben, habe, sie, wird, werden, wurde, aber,
    oder, wenn, noch, nur, auch, kein, keine, einige, einigen
fr: le, la, les, un, une, des, du, de, est, sont, et, pour, avec, ce, cette, ces, mon, ma, mes,
    notre, nos, je, nous, que, qui, dans, sur, en, il, elle, vous, moi, au, aux, par, pas, ne,
    se, son, sa, qu, d, l, ont, ils, elles, leur, leurs, cet, quand, mais
es: el, la, los, las, un, una, de, del, al, es, son, y, para, con, este, esta, estos, estas, mi,
    nuestro, nuestra, yo, nos, que, en, por, me, como, se, lo, su, hay, sin, mas, han, fue,
    pero, cuando, tiene, muy
pt: o, a, os, as, um, uma, de, do, da, dos, das, e, sao, para, com, este, esta, esse, essa, meu,
    minha, nosso, nossa, eu, nos, que, em, por, me, como, se, no, na, nao, ao, um, sem, mais,
    ela, ele, foi, foram, tem, quando, eles, muito
ja: の, を, に, は, が, で, です, ます, して, てください, ますか
zh: 的, 了, 是, 我, 请, 把, 在, 你, 这, 吗, 怎么, 如何, 我们"""
