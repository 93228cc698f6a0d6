"""What makes a request harder or easier than its kind, and the cues for it (``kind_cues``).

``first`` is the weight of the first cue, ``more`` of each further one, up to three.
"""

from pricing.recommendations.routing.rules import DemandRule

DEMANDS: dict[str, DemandRule] = {
    "causes are unknown": DemandRule(
        meaning="asks for the cause of something seen, not for a known fix",
        first=0.9,
        more=0.3,
        cues="""en: root cause*, race condition*, deadlock*, intermittent*, memory leak*,
    leaks memory, find out why, work out why, figure out why, look into why, look into what,
    not all of them, charged twice, sent twice, find the cause, what is causing,
    what could cause, sometimes, once in a while, once or twice, every few, only in production,
    only on, only happens, only when, randomly, at random, nondeterminist*, non deterministic,
    flaky, heisenbug, corrupt*, under load, out of memory, at night, for no reason,
    nothing changed, diagnos*, suddenly, cannot reproduce, can't reproduce, keeps, disagree*,
    contradict*, inconsistent, does not add up, don't add up, drift*, stalls, hangs
de: grundursache*, ursache*, deadlock*, sporadisch*, gelegentlich, manchmal, ab und zu,
    nur in produktion, nur nachts, zufallig*, speicherleck*, unter last, plotzlich, grundlos,
    nicht reproduzier*, woran liegt, woher kommt, finde heraus, herausfinden, widerspr*,
    hangt sich, einmal pro, alle paar, doppelt abgebucht, zweimal abgebucht, doppelt berechnet
fr: cause*, interblocage*, intermittent*, parfois, de temps en temps, aleatoire*, fuite memoire,
    fuite de memoire, sous charge, soudain*, sans raison, impossible a reproduire, d ou vient,
    contredi*, contradict*, uniquement en production, diagnosti*, debite deux fois,
    debites deux fois, preleve deux fois
es: causa, causas, interbloqueo*, intermitente*, a veces, de vez en cuando, aleatori*,
    fuga de memoria, bajo carga, de repente, sin motivo, no consigo reproducir, contradic*,
    solo en produccion, diagnostic*, a que se debe, cobrado dos veces, cobraron dos veces
pt: causa, causas, deadlock*, intermitente*, as vezes, de vez em quando, aleatori*,
    vazamento de memoria, sob carga, de repente, sem motivo, nao consigo reproduzir, contradi*,
    so em producao, somente em producao, diagnostic*, cobrado duas vezes, cobrados duas vezes,
    enviados duas vezes
ja: 原因, 根本原因, デッドロック, 競合状態, 間欠, ときどき, 時々, たまに, 本番だけ, 再現しない,
    再現できない, メモリリーク, 急に, 突然, 矛盾, 特定して, 切り分け, 二重に請求, 二重請求, 二重課金
zh: 原因, 根因, 死锁, 竞态, 间歇, 偶尔, 有时, 只在生产, 无法复现, 内存泄漏, 突然, 矛盾, 排查,
    定位问题, 不一致, 重复扣款, 扣了两次, 重复收费""",
    ),
    "systems interact": DemandRule(
        meaning="several machines, services or copies act on each other",
        first=0.7,
        more=0.3,
        cues="""en: distributed, concurren*, consensus, replicat*, replica*, consistency,
    exactly once, idempoten*, microservice*, failover, lock free, lockless, availability,
    shard*, multi region, two regions, several regions, loss of a region, multi tenant,
    eventual*, partition*, late arriv*, retries, transaction*, isolation level*, quorum,
    event sourc*, split brain, interleaving*, threads, garbage collector, cluster, kernel,
    compiler, scheduler, raft, paxos, crdt, offline
de: verteilt*, nebenlaufig*, konsens, replikat*, replik*, konsistenz*, genau einmal, idempoten*,
    ausfallsicher*, ausfall*, partition*, transaktion*, isolationsstufe*, mandanten,
    rechenzentr*, cluster, threads, offline
fr: distribue*, concurren*, consensus, repliq*, replica*, coherence, exactement une fois,
    idempoten*, basculement, partition*, transaction*, quorum, plusieurs regions, cluster,
    threads, multi locataire*, hors ligne
es: distribuid*, concurren*, consenso, replica*, consistencia, exactamente una vez, idempoten*,
    conmutacion, particion*, transaccion*, quorum, varias regiones, cluster, hilos,
    multi inquilino, multiinquilino, sin conexion
pt: distribuid*, concorren*, consenso, replic*, consistencia, exatamente uma vez, idempoten*,
    particao*, particiona*, transac*, quorum, varias regioes, cluster, threads, multi inquilino,
    multilocat*, offline
ja: 分散, 並行, 並列, 合意, 複製, レプリカ, 整合性, 一貫性, 冪等, フェイルオーバー, シャード,
    トランザクション, クラスタ, マイクロサービス, リージョン, マルチテナント, スレッド
zh: 分布式, 并发, 共识, 副本, 复制, 一致性, 幂等, 故障转移, 分片, 分区, 事务, 集群, 微服务,
    多租户, 多区域, 线程, 异地""",
    ),
    "has to be argued": DemandRule(
        meaning="wants trade-offs weighed or a conclusion defended",
        first=0.8,
        more=0.3,
        cues="""en: trade off*, tradeoff*, justify, argue*, defend, weigh*, should we, should i,
    should our, recommend whether, assumptions, counter argument*, counterexample*,
    pros and cons, implications, objections, prove, proof, derive, critique, evaluat*,
    assess whether, assess the, position, is it worth, worth it, better off, compare the,
    compare our, which is better, which option, convince*, confound*, causal*, caused,
    effect of, whether any, impossible, infinit*, for every, for all, for any, no matter,
    or is it, are we, ethic*, fair, flaw*, loophole*, what would it take, is it true that
de: abwag*, wag*, begrund*, argument*, verteidig*, sollten wir, soll ich, sollen wir,
    sollte ich, annahmen, gegenbeispiel*, vor und nachteile, auswirkung*, einwand*, einwande,
    beweis*, bewert*, beurteil*, lohnt, kausal*, ursachlich*, unendlich*, fur jede*, unmoglich,
    vergleich*, ethisch*, fair, gerecht*
fr: compromis, justifie*, argument*, defend*, devons nous, devrions nous, dois je, devrais je,
    faut il, hypothese*, contre exemple, avantages et inconvenients, implications, objections,
    demontre*, prouve*, evalue*, vaut il, causal*, infini*, pour tout*, impossible, compare*,
    ethique*, equitable*
es: compensaci*, justifica*, argument*, defiende*, deberiamos, deberia, debo, conviene,
    supuesto*, contraejemplo, pros y contras, ventajas y desventajas, implicaciones, objeciones,
    demuestra*, evalua*, vale la pena, causal*, infinit*, para todo*, imposible, compara*,
    etic*, justo
pt: compensac*, justifi*, argument*, defend*, deveriamos, devemos, devo, vale a pena,
    pressupost*, contraexemplo, pros e contras, vantagens e desvantagens, implicacoes, objecoes,
    demonstr*, prove, avali*, causal*, infinit*, para todo*, impossivel, compar*, etic*, justo
ja: トレードオフ, 根拠, 論じ, 反論, べきか, すべき, べきでしょうか, 前提, 反例,
    メリットとデメリット, 長所と短所, 証明, 評価, 因果, 妥当, 比較検討, 影響, 公平, 検証
zh: 权衡, 论证, 论点, 反驳, 应该, 该不该, 是否应, 假设, 反例, 利弊, 优缺点, 证明, 评估, 因果,
    值得, 影响, 公平, 合理吗, 比较""",
    ),
    "has to be designed": DemandRule(
        meaning="wants something designed or planned as a whole",
        first=0.8,
        more=0.25,
        cues="""en: design*, architect*, migrat*, strategy, roadmap, framework for, end to end,
    propose*, from scratch, zero downtime, without downtime, no downtime, rollback, how do we,
    how would we, how could we, how can we, how should we, get off, move off, move away from,
    replace our, rebuild*, restructur*, negotiat*, succession, reorganis*, reorganiz*,
    work out a, come up with a plan, come up with a fair, plan how, scheme, protocol
de: entwirf, entwerf*, entwurf eines, konzept*, konzipier*, architektur, migrier*, migration,
    strategie, von grund auf, ohne ausfall*, ohne stillstand, ohne unterbrechung,
    wie kommen wir, wie schaffen wir, wie stellen wir, wie konnen wir, wie verhindern wir,
    wie sichern wir, ablosen, abzulosen, verhandel*, nachfolge*, umbau*, schlag* vor, erarbeit*
fr: concevoir, concois, concevez, conception, architecture, migre*, migration, strategie,
    de zero, sans interruption, sans coupure, comment pouvons nous, comment faire pour que,
    comment eviter, comment garantir, comment passer, negoci*, succession, remplacer notre,
    propose*, elabore*
es: disen*, arquitectura, migra*, estrategia, desde cero, sin interrup*, sin parar, sin caida*,
    como podemos, como evitamos, como garantizamos, como pasamos, como hacemos, negocia*,
    sucesion, reemplazar nuestro, sustituir nuestro, propon*, elabora*
pt: projet*, desenh*, arquitetura, migr*, estrategia, do zero, sem interrup*, sem parar,
    sem downtime, sem indisponibilidade, como podemos, como evitamos, como garantimos,
    como fazemos, como garantir, como evitar, negoci*, sucessao, substituir nosso, proponha*,
    elabor*
ja: 設計, 移行, 戦略, ゼロから, 無停止, 止めずに, ダウンタイムなし, 停止せず, どうすれば,
    どうやって, 交渉, 提案して, 立案, 刷新, 置き換え
zh: 设计, 架构, 迁移, 战略, 从零, 不停机, 零停机, 不中断, 我们如何, 我们怎么, 如何才能,
    怎样才能, 如何保证, 如何避免, 谈判, 制定, 拟定, 替换现有""",
    ),
    "stakes are high": DemandRule(
        meaning="law, health, security or money depends on the answer",
        first=1.1,
        more=0.35,
        cues="""en: vulnerabilit*, exploit*, threat model*, key exchange, cryptanaly*, tampered,
    breach*, ransomware, leaked, compromised, liable, liability, sue, sued, lawsuit, lawful*,
    allowed to, legally, is it legal, illegal, my rights, our rights, have the right,
    have a right, may i, may we, may he, may they, is he allowed, who owns, who pays, who gets,
    who has to pay, who is responsible, is it illegal, entitled, evict*, custody, inherit*,
    heirs, disinherit*, legally void, dismissed, fired me, fire me, wrongful*, severance,
    non compete, indemnit*, damages, injur*, negligen*, deductible, insolven*, bankrupt*,
    dangerous, lump, chest pain, overdose, interact with, drug interaction*, contraindicat*,
    sepsis, seizure*, suicid*, asylum, infring*, refuses to pay, refuse to pay,
    refuses to return, private messages, can my employer, can my boss, can my landlord,
    may my employer, may my landlord, can they, am i allowed, do i have to pay, do i owe,
    can i refuse, can i sue, can we sue, can i be, is it safe to, safe for, without consent,
    gdpr, hipaa, embezzl*, misappropriat*, prove to the auditor, what are the risks,
    what should the doctor
de: schwachstell*, sicherheitsluck*, haftbar, haftet, haften, haftung*, verklag*, klagen,
    rechtens, darf ich, wer zahlt, wem gehort, wer bekommt, wer muss zahlen, darf mein*,
    durfen wir, darf der, darf man, durfen sie, illegal, anspruch auf, anspruche, wehren,
    gekundigt, kundigung*, kundigt, abfindung*, sorgerecht, erben, erbe, erbt, pflichtteil,
    schadenersatz, schadensersatz, absetzen, insolven*, gefahrlich*, knoten, brustschmerz*,
    uberdosis, wechselwirkung*, wettbewerbsverbot, weigert sich, muss ich zahlen, welche rechte,
    veruntreu*, unterschlag*, dsgvo, zulassig, eigenbedarf, erwerbsunfahig*
fr: vulnerabilite*, faille*, responsable de, responsabilite*, poursuiv*, ai je le droit,
    a t il le droit, a t elle le droit, avons nous le droit, ont ils le droit, le droit de,
    peut on legalement, illegal*, licenci*, indemnit*, garde des enfants, garde alternee,
    herit*, succession, prejudice*, deductible*, faillite, dangereux, dangereuse, grosseur,
    douleur* thoracique*, surdos*, interaction*, contre indi*, non concurrence, refuse de,
    quels sont mes droits, qui paie, a qui appartient, qui doit payer, mes droits, rgpd,
    conge maternite, expuls*, detournement
es: vulnerabilidad*, responsable de, responsabilidad*, demandar, denunciar, derecho a,
    tengo derecho, puede mi, pueden, tiene derecho, es legal, ilegal*, despid*, despedir*,
    indemniza*, custodia, hered*, herencia*, perjuicio*, deducible*, insolven*, quiebra,
    peligros*, bulto, dolor en el pecho, sobredosis, interaccion*, contraindica*,
    no competencia, se niega, mis derechos, quien paga, de quien es, quien debe pagar,
    malversa*, desfalc*, que derechos, rgpd, desahuci*, fianza
pt: vulnerabilidade*, responsavel por, responsabilidade*, processar, direito a, tenho direito,
    pode me, podem me, tem direito, e legal, ilegal*, demit*, demiss*, justa causa, despedi*,
    indeniza*, indemniza*, guarda dos, guarda compartilhada, heranca*, herda*, prejuizo*,
    dedut*, insolven*, falencia, perigos*, caroco, dor no peito, overdose, interacao*,
    contraindica*, nao concorrencia, se recusa, recusa se, meus direitos, quem paga, de quem e,
    desfalqu*, quem deve pagar, quais direitos, lgpd, despejo, caucao, diagnostico diferencial
ja: 脆弱性, 責任は, 責任を負, 責任があ, 訴え, 違法, 合法, 権利, 許され, 解雇, 退職勧奨, 残業代,
    立ち退き, 親権, 相続, 遺留分, 損害賠償, 賠償, 控除でき, 倒産, 危険, しこり, 胸痛, 胸が痛,
    過剰摂取, 併用, 相互作用, 競業避止, 応じない, 払ってくれ, 返してくれ, 誰が払, 誰のもの,
    誰が負担, 問題ありますか, 法的に, 横領, 個人情報保護
zh: 漏洞, 责任, 起诉, 违法, 合法, 权利, 有权, 允许, 解雇, 辞退, 开除, 赔偿, 抚养权, 继承, 竞业,
    拒赔, 拒绝, 抵扣, 破产, 危险, 肿块, 胸痛, 过量, 同时服用, 相互作用, 禁忌, 加班费, 违约,
    押金, 泄露, 个人信息保护, 有什么风险, 怎么维权, 谁来付, 谁负责, 归谁, 谁承担, 挪用, 侵占,
    私自, 维权""",
    ),
    "expert subject": DemandRule(
        meaning="law, medicine, security or tax, where a wrong answer is not obvious",
        first=0.5,
        more=0.3,
        cues="""en: attack*, encrypt*, cryptograph*, threat*, compliance, regulator*, auditor,
    audit, fraud*, court, legal, terminat*, employer, employment, tenant, landlord, divorce*,
    testament, clause*, contract, contracts, agreement, merger, acquisition, tax, taxed, taxes,
    patient*, symptom*, dose, dosage, tumor*, tumour*, cancer, pregnan*, medication*,
    anticoagula*, warfarin, overtime, minimum wage, visa, patent, patents, trademark*, insurer,
    insurance, surveil*, secrets, clinical, trial, therapy, diagnosis, treatment, a will, the will,
    s will, my will, his will, her will, last will, pension, mortgage, vesting, equity,
    license, licence, licensing
de: angriff*, angreif*, verschlussel*, datenschutz*, prufer, gericht*, klage, rechtlich*,
    mieter*, vermieter*, scheidung*, erbrecht*, erbschaft*, testament*, klausel*, vertrag*,
    steuer*, patient*, symptom*, dosis, dosier*, tumor*, krebs, schwanger*, medikament*,
    nebenwirkung*, patent*, arbeitgeber*, arbeitsvertrag*, versicherung*, blutverdunner,
    uberstunden, mindestlohn, therapie*, diagnose*, rente
fr: attaque*, chiffrement, auditeur, tribunal, juridique*, legal, legale, locataire*,
    proprietaire, bailleur, bail, divorce*, testament*, clause*, contrat*, fiscal*, impot*,
    patient*, symptome*, dose, posologie, tumeur, cancer, douleur*, enceinte, grossesse,
    medicament*, brevet*, employeur, assurance*, assureur, anticoagulant*, traitement,
    diagnostic
es: ataque*, cifrado, auditor, tribunal, juzgado, legal, legales, inquilin*, arrendador*,
    casero, divorci*, testamento, clausula*, contrato*, fiscal*, impuesto*, paciente*, sintoma*,
    dosis, tumor, cancer, dolor*, embaraz*, medicamento*, patente*, empresa me, jefe, seguro,
    aseguradora, anticoagulante*, hacienda, tratamiento, diagnostico
pt: ataque*, criptograf*, auditor, tribunal, juridic*, inquilin*, locador*, senhorio, divorci*,
    testamento, clausula*, contrato*, fiscal*, tributa*, imposto*, paciente*, sintoma*, dose,
    dosagem, tumor, cancer, dor, dores, gravid*, medicamento*, remedio*, patente*, empregador,
    patrao, chefe, seguro, seguradora, anticoagulante*, tratamento, diagnostico
ja: 攻撃, 暗号, 監査, 裁判, 法律, 賃貸, 大家, 離婚, 遺言, 遺産, 条項, 契約, 税務, 税金, 患者,
    症状, 用量, 投与, 腫瘍, がん, 癌, 妊娠, 副作用, 特許, 保険, 抗凝固, 雇用, 治療, 診断
zh: 攻击, 加密, 合规, 审计, 诉讼, 法院, 法律, 租客, 房东, 离婚, 遗嘱, 遗产, 条款, 合同, 税务,
    税, 患者, 病人, 症状, 剂量, 肿瘤, 癌, 怀孕, 孕妇, 用药, 药, 副作用, 专利, 保险, 抗凝, 劳动,
    治疗, 诊断""",
    ),
    "spans much material": DemandRule(
        meaning="a whole code base, many documents or a long period at once",
        first=0.5,
        more=0.2,
        cues="""en: codebase, code base, monolith*, whole system, all services, across all,
    across our, across the, across several, months of, years of, manual, handbook, chapters,
    specification, legacy, correspondence, incident reports, large scale, events per, million,
    millions, all our, cross reference, thousands of
de: codebasis, monolith*, gesamte*, alle dienste, jahre*, handbuch, kapitel, spezifikation*,
    altsystem*, schriftwechsel, millionen, samtliche
fr: base de code, monolith*, l ensemble d*, annees de, manuel, chapitres, specification*,
    millions, tous nos, toutes nos, plusieurs sites
es: base de codigo, monolit*, todo el sistema, anos de, manual, capitulos, especificac*,
    millones, todos nuestros, todas nuestras
pt: base de codigo, monolit*, todo o sistema, anos de, manual, capitulos, especificac*, milhoes,
    todos os nossos, todas as nossas
ja: コードベース, モノリス, 全体, 全社, 全サービス, 仕様書, 数百万, レガシー, 複数の拠点
zh: 代码库, 单体, 整个系统, 全部服务, 全公司, 规范, 数百万, 遗留系统, 多个仓库""",
    ),
    "people are at odds": DemandRule(
        meaning="interests, relations or a crisis have to be balanced",
        first=0.7,
        more=0.3,
        cues="""en: feud*, conflict*, dispute*, grievance*, harass*, crisis, stakeholder*,
    board of directors, union*, layoff*, lay off, backlash, outrage*, resent*, quit, estranged,
    refuses, both sides, both parties, unreliable narrator, foreshadow*, subplot, grief, eulogy,
    whistleblow*, hostile, accus*, boycott*
de: konflikt*, streit*, zerstritten, beschwerde gegen, belastig*, krise*, betriebsrat,
    gewerkschaft*, entlassung*, emport*, vorwurf*, beide seiten, trauerrede
fr: conflit*, litige*, differend*, harcelement*, crise*, syndicat*, plan social, indign*,
    les deux parties, accus*, eloge funebre
es: conflict*, disputa*, acoso, crisis, sindicato*, despidos, indigna*, ambas partes, acusa*,
    elogio funebre
pt: conflito*, disputa*, assedio, crise*, sindicato*, demissoes, indigna*, ambas as partes,
    acusa*, elogio funebre
ja: 対立, 紛争, ハラスメント, 危機, 労働組合, リストラ, 炎上, 双方, 弔辞, 告発
zh: 冲突, 纠纷, 骚扰, 危机, 工会, 裁员, 舆论, 双方, 悼词, 举报""",
    ),
    "one step": DemandRule(
        meaning="a single, checkable step",
        first=-0.7,
        more=-0.2,
        cues="""en: yes or no, one line, one word, one sentence, in one word, single word,
    only the, just the, just tell me, just give me, only tell me, tell me nothing but,
    give me nothing but, nothing else, quick question,
    rename, synonym*, spelling, typo*, subject line*, which flag, keyboard shortcut, title for,
    shorter, one liner
de: ja oder nein, ein wort, ein satz, in einem wort, in einem satz, nur die, nur den, nur das,
    sonst nichts, kurze frage, kurz
fr: oui ou non, un mot, en un mot, une phrase, en une phrase, seulement le, seulement la,
    juste le, juste la, rien d autre, petite question
es: si o no, una palabra, en una palabra, una frase, solo el, solo la, solo los, nada mas,
    pregunta rapida
pt: sim ou nao, uma palavra, em uma palavra, uma frase, so o, so a, apenas o, apenas a,
    nada mais, pergunta rapida
ja: 一言で, 一文で
zh: 一句话, 一个词, 只要, 只需, 仅, 就行""",
    ),
    "known pattern": DemandRule(
        meaning="follows a pattern that is written down in many places",
        first=-0.35,
        more=-0.1,
        cues="""en: crud, boilerplate, unit tests, faq, template, hello world, readme,
    docstring*, simple, basic, small, short, standard, getting started, polite*, friendly
de: einfach*, kleine*, kurze*, standard, vorlage, freundlich*, hoflich*
fr: simple*, petit*, court*, standard, modele, poli*, aimable*
es: sencill*, simple*, pequen*, cort*, estandar, plantilla, amable*, cortes*
pt: simples, pequen*, curt*, padrao, modelo, educad*, gentil
ja: 簡単な, 短い, シンプル, 定型, 丁寧
zh: 简单, 简短, 小型, 标准, 模板, 礼貌""",
    ),
}
