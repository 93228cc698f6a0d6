"""Written by ``make train-router``; report.json says from what."""

# Feature, mean, scale, weight.
SHAPES = (
    ('length', 6.07335, 0.897811, 0.0912066),
    ('words', 4.28902, 0.886566, 0.0822324),
    ('sentences', 2.32074, 0.747322, 0.0771027),
    ('lines', 2.06343, 0.819925, 0.0177659),
    ('word length', 4.23422, 0.898718, -0.152805),
    ('share of long words', 0.0886897, 0.0763644, -0.0827721),
    ('numbers', 1.39231, 1.30502, 0.215088),
    ('share of numbers', 0.067998, 0.0818417, 0.146915),
    ('different numbers', 0.495196, 0.433818, -0.153721),
    ('long numbers', 0.497395, 0.919731, 0.264572),
    ('decimals', 0.422279, 0.903014, 0.303945),
    ('share of operators', 0.032676, 0.0556126, 0.0287992),
    ('operators', 0.956407, 1.12757, 0.113942),
    ('share of brackets', 0.0300898, 0.0634353, 0.101622),
    ('share of marks', 0.226725, 0.132621, 0.0974785),
    ('dollar signs', 0.366041, 0.854862, 0.231853),
    ('questions', 0.479433, 0.374508, 0.0392763),
    ('share of commas', 0.0265861, 0.0327674, 0.00528603),
    ('share of quotes', 0.00452196, 0.0183622, 0.162592),
    ('share of capitals', 0.129189, 0.141176, 0.0610239),
    ('variety of words', 5.04385, 1.56018, -0.0891657),
    ('answer options', 0.576991, 0.476195, 0.186361),
    ('has answer options', 0.609048, 0.487964, 0.126968),
    ('latex commands', 0.191694, 0.599986, 0.0448927),
    ('length before the options', 5.42366, 1.03341, 0.310381),
    ('share before the options', 0.651363, 0.332602, 0.13197),
    ('words a sentence', 2.10343, 0.525432, -0.00409129),
    ('share beyond ascii', 0.00167337, 0.00786385, 0.0284372),
    ('a blank to fill', 0.0238336, 0.152531, 0.124749),
    ('ends with a question', 0.486084, 0.499806, -0.21283),
    ('code', 0.0538913, 0.225803, 0.0128835),
    ('indented lines', 0.171381, 0.613141, -0.107088),
    ('words of quantities', 0.494227, 0.678062, 0.0593343),
    ('words of logic', 0.523488, 0.713852, 0.243322),
    ('words of negation', 0.435697, 0.669053, -0.0180115),
    ('words of constraints', 0.403125, 0.612679, 0.19293),
    ('words of reasons', 0.0678221, 0.231476, -0.086028),
    ('words of mathematics', 0.331942, 0.537277, 0.0568563),
    ('words of physics', 0.253176, 0.555449, -0.0567621),
    ('words of chemistry', 0.134944, 0.431847, -0.051399),
    ('words of law', 0.154782, 0.525105, -0.208892),
    ('words of medicine', 0.105791, 0.403584, 0.0355458),
    ('words of economics', 0.190479, 0.517201, -0.00532473),
    ('words of humanities', 0.0934037, 0.33953, -0.00207743),
    ('words of code', 0.53861, 0.755011, -0.0357216),
    ('words of facts asked', 0.56245, 0.556745, -0.0368056),
    ('words of how and why', 0.139695, 0.291773, -0.0464887),
    ('words of something to make', 0.0672427, 0.229177, 0.115629),
    ('words of something simple', 0.0360865, 0.18775, -0.0442025),
    ('words of function words', 2.97374, 0.97413, 0.0976089),
    ('words of people', 0.987488, 0.844116, 0.254699),
    ('share of quantities', 0.0179904, 0.0343285, -0.0614294),
    ('share of logic', 0.0118202, 0.018836, 0.10891),
    ('share of negation', 0.00794375, 0.0170248, 0.0336606),
    ('share of constraints', 0.00850228, 0.0163004, 0.0843442),
    ('share of reasons', 0.00122015, 0.00992612, 0.0272687),
    ('share of mathematics', 0.0124534, 0.0293554, 0.105027),
    ('share of physics', 0.00779072, 0.022442, -0.0618281),
    ('share of chemistry', 0.00508189, 0.0215961, -0.0392143),
    ('share of law', 0.00285272, 0.0117392, -0.148226),
    ('share of medicine', 0.00236792, 0.0122516, 0.0116629),
    ('share of economics', 0.00609818, 0.0218462, 0.0817527),
    ('share of humanities', 0.00190826, 0.0106191, -0.00829596),
    ('share of code', 0.0230449, 0.0531584, 0.115921),
    ('share of facts asked', 0.0131836, 0.0196298, -0.0105452),
    ('share of how and why', 0.00447961, 0.0115461, -0.144569),
    ('share of something to make', 0.00290077, 0.0134463, 0.197881),
    ('share of something simple', 0.00134907, 0.00963242, -0.0338944),
    ('share of function words', 0.269029, 0.08838, 0.0939363),
    ('share of people', 0.0273588, 0.0321395, 0.012598),
    ('phrases of negations', 0.196787, 0.412212, -0.17289),
    ('phrases of persons', 0.346014, 0.693637, -0.182118),
    ('phrases of a passage', 0.0497364, 0.243192, 0.188016),
    ('phrases of causes', 0.0550234, 0.217314, 0.0565184),
    ('phrases of superlatives', 0.0912866, 0.271961, 0.13168),
    ('phrases of definitions', 0.0884051, 0.28507, -0.260808),
    ('of the following', 0.0766913, 0.217743, 0.237254),
    ('capital negations', 0.00591308, 0.0643027, 0.0294118),
    ('numbered statements', 0.00308673, 0.0554726, 0.00140113),
    ('years', 0.0378831, 0.198296, -0.100668),
    ('names inside sentences', 0.480939, 0.853202, -0.0723988),
    ('fractions and powers', 0.142992, 0.402433, 0.0648995),
    ('words of the question', 2.43003, 0.592331, 0.176882),
    ('share of the question', 0.471508, 0.386958, -0.178551),
    ('sentences with numbers', 0.381333, 0.396185, 0.0316335),
    ('largest number', 1.15836, 1.41893, 0.0741778),
    ('last number is a fraction', 0.0454913, 0.208379, -0.0473606),
    ('words a sentence before options', 2.5634, 0.418629, 0.429481),
    ('digits', 1.26238, 1.20531, 0.0759607),
    ('different words', 0.722701, 0.2059, -0.0502082),
    ('question comes first', 0.318541, 0.46591, -0.0505931),
)
SHAPE_MEAN = -0.0211086
WORD_MEAN = 68.07
WORD_SCALE = 84.7001
FARTHEST = 1.38863
# Share of the strong model's right answers with 0, 10% ... 100% of the tasks to it.
QUALITIES = (0.754225, 0.79044, 0.824085, 0.858701, 0.897207, 0.919047, 0.943382, 0.961646, 0.979982, 0.988985, 1)
# Scores at equal steps of the rank among held-out tasks.
RANKS = (
    -8.82439,
    -6.05528,
    -5.70184,
    -5.4185,
    -5.1575,
    -4.88278,
    -4.61384,
    -4.29906,
    -4.00009,
    -3.71669,
    -3.40607,
    -3.1361,
    -2.9115,
    -2.69626,
    -2.52046,
    -2.34604,
    -2.18038,
    -2.02439,
    -1.87106,
    -1.74384,
    -1.6298,
    -1.4973,
    -1.37835,
    -1.26353,
    -1.15581,
    -1.03766,
    -0.934837,
    -0.830263,
    -0.730501,
    -0.639549,
    -0.541346,
    -0.447632,
    -0.357509,
    -0.258837,
    -0.177738,
    -0.0907908,
    -0.00969788,
    0.0818476,
    0.159672,
    0.236111,
    0.321185,
    0.402224,
    0.489373,
    0.573224,
    0.658279,
    0.748655,
    0.8,
    0.8,
    0.8,
    0.8,
    0.842592,
    0.962511,
    1.0752,
    1.20045,
    1.34804,
    1.51918,
    1.71228,
    1.95023,
    2.2776,
    2.80972,
    5.74691,
)
# By kind, slope and intercept of the logarithm of the odds that a cheap model is wrong.
CHANCES = {
    'calculation': (0.424759, -0.218459),
    'code reading': (0.681564, -0.24992),
    'logic puzzle': (0.555455, 1.87807),
    'maths': (0.42749, 0.536052),
    'multiple choice': (0.262818, 0.328152),
}
# Training rows by kind of task.
OUTCOMES = {
    'architecture': 2,
    'calculation': 1881,
    'classification': 11,
    'code generation': 697,
    'code reading': 781,
    'conversion': 16,
    'data analysis': 1,
    'debugging': 23,
    'expert analysis': 1,
    'extraction': 14,
    'logic puzzle': 213,
    'maths': 1331,
    'multiple choice': 12169,
    'planning': 5,
    'question answering': 1771,
    'refactoring': 1,
    'review': 1,
    'rewriting': 2,
    'security': 1,
    'small talk': 2,
    'summarising': 2,
    'tests': 2,
    'translation': 3,
    'unknown': 3097,
    'writing': 35,
}
# One signed byte a bucket, in base 64.
WORDS = (
    'AQMCBQgBANnN/BT9APT9Bv8AAAQI/90c2wL/WPsA/uoHBAACBQsG6+MCB/UIDPwA/v3+JwoSAAMHNAz+AegG/kkC'
    '8/0N3Pz1AQAA9gMAIeMWI/oZAgUK/P4EDgL6A/78BPr1AO4QDk79/A0GAuk0CQD/DPr2Hw4LGgL3GwMsByX7BQUU'
    'DP8OGgEACAD/Dgj/CRcCAevp6gQEJfT9BQoN/gEA/vH9Bvv3Bu8PCwENAxfbA/zQARcA9fwDF/f9/gHZ/RX6FQT7'
    'Bw/3+/gSEgT3FwYkAvv98wEl/RD9FA0NBwE9/9cqBwf3AfYqDAT+5hUB+e77AQkCAQrg6gcMA/sO/gD///r/Bv3h'
    'Av4I9vsELQL9CfHq/wAO/wTlIQIL//D+CLAA+QkCABD97/ULACzp/gIAC/4DBQDmBOcL9f8ARj7pBv/5APIU/tAA'
    'A/72Biv8/e7xAAUEBPsN/vrmBPWBBPAe/AgL/d4AD9nzCwf7/A0Z+wP3BAAKDgb98/UAFQEL/wP5+Qr+E/L9E/oB'
    '/fb/AAliCR4MDAINAPv2AQQE/wk04gcF+/75+gANBwP2Fgj8FAg3/SQC+wLsBwcG+gkEFg0FFAP6DP4IIQUj9gjD'
    '+RLB7QsD7v4I9QQB9wAD/SD5+AT2AP4HA/wL/Qb7BALg+xACJPwCBLkG+X/F8AUeAAg8Af8Q+iEAC/wMAfz3BFwD'
    'OgEC//no9QMCDQEA+e4B8v7UBREGATEcBf8M9ff/BAsM/+kJO/n9JQIHERgLAAEBBgX/4/70AgcICAf7/wcBAQrz'
    'EwUJ/gEA9QQFAh0e8fQEBAMV/gX9AgQDABn8DQcQ/P4GBRID/LP+6gANAQoEBg7++xwC/RMBEfYDRvwI+xAH9wMK'
    'BwAV+wH+CAj+8fr5/wAC+wgFBQb/EAgO9P0HCgAIABT/AP5zEQL//Q4IBw0FD/4JC/4HAh7/DAYG/f/9EhTmAQgH'
    '/gv+yfwN/QMLBAH1/Bv/CgMB/QYDAwT9AgAV/vr99xr5E/sH//kJ/vv9+E78EAAL/v/uAvTx//ksAw4EBPkQCQH8'
    '5QIF9fT1FNMC9/QbEQP/NRIU/AEBDP/vCPb/AwUDAwL/9f4EBf0I/gcB/vL8B/UAAAIVA/8B/QnxAQf1BPUC/+v8'
    'Bg0B8BT9CAYW8vb89QgkzQD8+gYRB/Un+wMEAgUl7wcFC/cM7AUCDwEByv75AQ0NBAAG/wUEFBQhBRf/ORj6AP4J'
    '9QAb7wALF/0XBv//D+MJBgX///v0/lHzHQL7DOAnCAcA/ioEBBQHB/wH5zgAEv0B8A0Wu/sQBggjAwYGCvEGBQED'
    'BucK8gABCQXhBwHx//3+Avw8AgT/+gP4//cHDwIL+Bz9/wEs//9JEu4D+/4LCwwV8iUBBwIO1Q8IfvHz+ggTQf79'
    'CQH4CwkGBQz7BP7tJwQVAAXmGOUOnRsABQECDP7zBvwWCgUGAff+AAf/AiEmAREY/QEF7P0FDgHr+wDwBfkRCgAH'
    'FxLjAhoG1fcf+AIGAAMN+QH/zAQVYwcODBP6AQEA9AvtAALx7yX5C/T8/gABf/8KDf3xAPINAhsK9/4D/QLq/v71'
    'AvkRAfrxAfYGRgAAAuoGBQIB6gAGAg36BvkLAtQI6P/8Ggv1/wMJAQoD/gcC+s399O4qCv0C+A3+/90DEhYp/gUN'
    'AA8SAAAO/gj5+PoC/wgTJqcB+fgDEgr+DP4O7wIE/BX6AvVr/gf9IOQJARQCEwX+ISv+2AgB+eTy+ioEHeMBAOH+'
    '/RsLB/UCriAF9w/6/QUBJAH9+P3/FQLzAQD+AfcK9wsAANLzBP7WHA0D6vcJ+wD/GADdFAkD/Q75BAIL/QkPDhYu'
    'AQcB/vIZAOIJCPYZ+QoOEv4A7ioM9AsCEyrp5QkH5BEC/PwD/QAA8AL5AxAC+zkGAPwA/xPxBv8CAgYF8gX9BfkB'
    '9v0O5hkR8+0W/wEMARoA+e8I/+z+ESgU8EoEAu0CEdT4/BDv7QkYAQgAAQ0VBhH/KfsGBfz9CvsNAfULA/8f+gz7'
    'AP4CHQL68vYE/gf/DBwJBv0A7P3vEf0I9joHBf3+/e749AMhDAT1AvUBBQQI9vsFCfQB/wb+/AH++gAA9wUM9fr8'
    'BTX+9A3s+f4B/xP0/woCAlEqwAsA+f34AQEG/gAmBPP9+/0B+v8ABP8D+QT8EfgM+wYKC/8GD/n4BgoA+xUE+gUH'
    'APwDBf0/DQX+EjYS/RYC6/UoBA4RF/n+AfgQB/4A7fr6ExYGAAkG2QD33QoD6QcB/g4CAvsB9gn8EwQR+vgNBwoE'
    'AgH9/v0DAgfwDfLvAOb35gQACAcCCgIaAv0O9w/5+v7x0fkDG/3s9wH9A90G/wkA/vUOBP4S/e8BJgb67SoA9wj0'
    'ABNeBAkPAA/7+QInGggA/wTsBgQQCf0GEPQF+vP78PcIAP4oAAICBQj/GQ7nAAMAHP0FEwEk9P/+CAYEAO8eDfwC'
    'Af3/A/zYEwD7AhkBBhYE8+MJAhoBDgH9BBEIBPz99f8JGDgMFBX+//8BBAIR+PoD6goJAAMG9AkDBPcN/RAKBwPz'
    '5wIN+RYG/xEACv04AgIDCAoA/Qb8Bfr0AQgF+wT/f/v7AA75+gUCBQH6FwQP/AD6AO4bG/8BBwMNEhYOFgwRBAAA'
    'HBAKPwj/DPRf/+lIGgH90QcpAQr6QgsDAwL8AQv6APsGAwP9AA/1EBACCf3dCfwJ//wDGwH/AfYEAQN76v8D3/Ia'
    '//T/D+7/+wEQBMoJ/u7+BwMEBQAZEP0NqA1UAwQAQALrEvwJDg0B/hAJBgn7+vADAfxE6wQJ1fz+DPwE4wL5Bwjx'
    '+OEEEAAQAAD09gIP/wX/EQYRDAIAEuwH+x/6DfcC/QET/gEHDAH6/gEAAPUCB+/8/wEH/wQGCf4H/QECC//9Df4C'
    'AvAHDPr5BWED/PsJBgEW8Q/v+f717QP7/Pfz+wQFAwAb+P77BPToNQABGf79AAoP6QYP9QL64g7zLf/4+gkGFvb8'
    '8xb/CvMGFfwk/vYJASQACAHt+TQMAP3/ABf/LOkIBQIRC/X8+/MAAfII/xAFAw4F9BP6AP8DAQcKASoF/f8FAgsZ'
    'Cgb9AP0GAv4MBAQZAS4Y+QUAyPsD6ADz/fsD9/rg5hT/+AH++AEIBPUF2/4F2AH/Af4F8Q3/HhME+AoC+goBGgT7'
    'B/78+ADsCw/xB/4FCyf/DQED8PcH//7+AQQE/gf+d//iAv4kAvUgC+0ECPn5/wAF//8A/QwF/PYEFPz4CwH4Cv0S'
    'AP8FABfCyREb+vkEEQINBAMD/wHnF/8e+wz8Af4EAE70+/8GAvkF3AQQIgz4BPf5Ff7++wH86QUK+wcyBP0w+AD5'
    'AvP8/QULCgzjAP4A+wAPcwDE//sPAP73AwoF9/sHEgEACf0X+gMR+wMOBp0yAgMB+RcBAg79/+j9/e4LAxP8+wIm'
    'DQL3Fxq6BAv+EQL/AgD4AwAK/AARCwEp2AUF//Tv+ArZBAUDEwkjBQICAQfwBgEEIvwVBwb5LQsNCQgL+gD7D9z+'
    '8ggEAQb5BAABBgMG0A75/gEDBP34ACf+DAME/Tj+/vb+ABIX+wABBvD+/BcJA/8ABf4EGQ0E8PU+9yMF+wQH/wIG'
    '9/8FEfX/7QcOA/f9A/EIzf70CVXw+ggJ/Pzy3fcQ/AUJ8/0LCAH+CgviFSkE/kwt8/b9BvwE+/0ACO0FFf786Ob+'
    'BAH39AURDgf9AATlDxX+HgLr+OYV6AwKAgcK9/j++wgWDv/6BD4///omE+IC/Pn8Dgck+A0L+mjwBAn/7QIaCAAG'
    '5ibyDP/9DwUSGfgEDOAPBwEBBgIA9RUPOgEMJgP0AgoHBesLAQXX//wABgQA/wQA+8nmAgLm99cC/PQB6RrxBwMF'
    'BAsI/fYTARADAvQB/AwBAf8fFfkG+wb1ARv8Af8nI54DDfv/Ff4ABvwDBgP+8Qf4+QIBBAn/H/gDBQsBBvgD/QQI'
    'GhMKBNAf9v8CA/3yBvH+/wzz/wkWGgoP5AANAgT3BgMEJ/cA/f4MCAr//gX8BAwD+/3+AusGBBsL/QT7Ae/iGANR'
    '6xT5ALEI/P8R9gIAJAcHBP4CAvUWAQEBAvgF/P///ubu+QIMKdf88QH9Cf/9ARbzAAT/BfX4Af8QAOr5FQDwBP4B'
    'AP/97vcG/wMCAAH8/wz9AwcCAdoD+gD89wL+AwLg/voA+gjwAgPTAP/wDvj/9AXzCBQI/wUS/xYD+wb7ExISBQgI'
    'EvH7Awb9CP8C9/v5A/wByf/6AAQNAAHosAoDBAcE//8BH/3P8RMBIP4DBvf8AA3s8/g8Aff6JwIBvghQ+gj+YAcD'
    '3P39FvcI/wEQAgMEB0ML8wECAP/+Ggr1AfoJA/32CwH4B/v7OvwJCPT+SgTtzRf6AQMNAwQMAQkNA94BCwUGAuwC'
    'AgFCEP8FAP4C/gYE+wAEHhj5/wH5/zT9/P8Q/PIC/hQA/fv6DuABBgYEAfgEIAD0IQEO+xQF9fMCAhEA+/0HAAsB'
    'CBMJ+Ar27xkD/fkqB/4WA/sCAP8NTQDu4gwN/vf7//MIDA32EwIABhH77fkCBQX+Bf786Pv2AgIA2Ab1ABv+7Pb7'
    'Cg4SA/0HAvoC/c8FBAgG/wEAAv0BACgVLQn+/gUCBSAECgAPIwb+Agz9AAH/CwMM/+oJAQn5BP4E/f41EQAMBAEC'
    'AO8UC+kA//7EBQYd/AH/Av/d8Ov6EfsACNn++QX6C/7//gH1Awj1WPn+9A7/FwgB+vb86Sv44QMDOg34XATc7wX8'
    'AgP+Ce7/HPcCCwX3/PkLAfz4IP8ABwID+fn5BCQQR/0CAfcH/uwE9Af59xb//AMEGBX/Af8NAQIQ5w0UAiMJH/Ly'
    '/AkM/wIPsfsCCAQBBAS+Alj2+9T9GDf7GxD89QIl9P78A/L7BFQHAgIQAyVeBxb9FwQhGv35Cf8c9gn++/4EFQAV'
    'r/wR/gIHBPjz/gAN/TP+B/oLAAMA/hIBMAn1B9HY//wD7/X+Kgb1C+/s8grw/fz9BSXxBPP+CAYH/QkODB4HB+EF'
    '+tTeBv//Dhb9BAD/Awb9AQoTGwIFFgMPGgwABAcDAAD8AvwL/xAFGgQA7QAE8fbq/gL/IwIXBPYGFwgW+/UBAR4D'
    '/BL94OkR/xQOBg4E6fkEDf0E/AP7ABAQ//f8CgAS9vsB/AcHAPsGBQUDCAL8Ucb4+wIFDOYYCAv9+AIH7f/vzSTu'
    'D/IALA4Q+hL4BQjp7/qb9CgDA/74By4EBQUCBATjKAcGJAsEBAQo/f39D/sB/wD37vAHHgME8wrsAgED/CIA/wIG'
    '//EzBBEABAHNBBPtBgQM9gT+AQ8U/v4aBwQEBPzx+xMLAgPb7A0I+wIGCwL0AAQiAf7xBCP7F/4NGs7//BoE+wAW'
    'N/wCCggA+P/+A/0BAAQA/gQSA/4TDxIoPvwCDP79BAYMC/kBKPwCFAocFPYGA/sRNgz+EALwkQ4CLQL6BQr9/AoK'
    'If0CA/77Hf8BBev+3vXt/A4ABQII/v3//v4D/wH0Evb3CcgAAgjs+Pv5+AgGGgDkDv0k6AH9/Rgi9Qz/9AMA51IP'
    'Bw0C/af5KdMQArIZ/CYC+AX67xQEGAEJ/wD+Af78/fsLKPsMqf//CQ0EAdQDBgX+Cwj8KQUKABnuA/fx/e4OjgP/'
    'ARQAAf0ZAgAjCQIUAxXxAAj/+f8BAAb76gUG/QoHBAT7Axv9AvgKAgrv//sE+NQA+QHf/wsBAT8M/wMD+/7+GQ4D'
    '/goFBCkCBwACAAIPEAX+/QEHAv8FAxAAAQr6BA7+AwUIAxAN+wYx+vMRAvX/DwHsA/EV+wQJ/+r3Avf+/wICCAA9'
    '+wUiAP0uCc78+/0C/AMLCUL7BAj2D//5Ef0H+vEH/hMD+/39FiL4APTyAgL0/fkEAQERE/wEKh8C1g/6BOgCHU0A'
    'BPrG//79DRnXCw/8/gIN/yoFBf36//gAAicBAgoNCA3+ABcGBPsA/vju7ewA/voCK+73/v329v7+Af4EBgHn6BQK'
    '5gH5FRYCBgnnByAS8/73BP//DPoC/wT0+QEE+gvxBP4JBfwFBv4F+gIEExoH3Cr/IfXw/w7P8v/2/hoaJwQE//ny'
    '8PESAfcLAA88FAAI6AMEBgX1AwMHAs//GvJJ+0ThBAICEf4PBVUC+Pfu/hQUCgMR+OwD6O39/wANEiL//QT3APz9'
    '+Q/9A/zxA6AP/QUO/Af6/vwIFgYHCQT0Cf0TAgIJ/Av0//UAAfjw9A8PBQIBAQEGAQTs5fwIAAMFARkBBB8GCQn0'
    'Bgf0AAn0+vjkA/wG9QHv+v//BQUM/v8BCf8AAAEGLwX8B//gBALxAAcL/PoCA7P6/wH/7AYGCPsCBAQFDQEBCgIB'
    '/vsBDvX7/Pb/9Af6WAECAMzxAugNDQf5BCr8AvH2BQbY+BQBHAP6CwAE+P/9AgD4+AD9+R75Afv6GfPvAAH/8wj/'
    'AP/8AeP/CRwI5OwG/hT8//oCAAb2/Oj+9wT9CBkqAwH3BAAB9v8LDRJH+wD19PwQ/QQLAvUC+yYF+QYEAvYJBv74'
    'AuTu9e4CAgL/Cv8D+wEP9C4DCQP0CwgC+wH29wADAvzv8xMtAw0B/d0LAwUWHQAGDf7fDBwBBAMEE/z/6vQD8goD'
    '6AH0//YVCuTtBwP8GhH8AP79BP8MDv8B4w/9AAL9BP8O+vrpBgQGAgAHCP4PAAUCCQb/CQD9Bv4EONb3/SX/8P4D'
    'Jir8AAcCBP8HAvQDAQD1AwYCZf/5C/UACyUD/w8HBPUI7fUMAPMxAe0c/P0D+gT88fMB7RHk+fE+B//vDf8AAAgA'
    'EfkEA/INBOu48Y4EEvoKAPsX/PkQAwMxAgkD9/f0DRgP5vQECBzyFwYD/+8ECQcC6VoCA+L99QAH/RwM1gM2G/vx'
    'B/4BAQb7BwEJ9AEA++MLgQsOBwMJ++sGA/INAu8f8Qv8+gICAQP2+PwABwP/Ng8IBgD4Gv8FCv4FABQBFfz9BRAU'
    'EsUED/T+A0jzSf0LBAH1AQUC8SXU+v77BAzyBvz8CgECBvMC/AP8HgkRA+UJ/eT+Dgz/GQ0ODgMaCQIEEftN9wX6'
    'IvAABAH1BAIF7P7qAwMIBvr9BQP9/QD1/94W7gLzDCADCQMfAOQE/xPuA/H58h/TAf35AP31BwMEAuEABAv/ExHv'
    'AwED2gUGBgH/Af8EAc8CB/vpACZX1foNAvnm4eYDBwv6BvT8IQzqAQf9/QAS7vgU//9/XgPz/QAEDAv6FvwW9gcN'
    '/PUAAQIS/gH8ARsnCP4FBxD8AAcKBv7YHv8ACQQdEO9NBAyJDS8CCwwV8fIHGv8F9wrvAO4G+fr9DQoHAv0ABv33'
    '7/4B9QYBDwYBCfv+AAoiCAMBA/n+/+gMCv/wFADqAwn3Av4M//z+//Ys//r8AwQFAAoLCwQH+AsODwHu/AoHACHt'
    'Ahv3Fvf///kAAyr7ASL8AQUF/vUB9woBA/rrDOkD/wQFK/46AAcM6RX9Bf7/BQYENvsV/wkQ8v8C7/8H9vwOCQEL'
    '/wUQEhkCFQcDAwEDADk8BNoFC98EKgcnCQD3/fYEDwcCBzoECxkOAwIA5///+vr9BgH/CCwK+P4EAv8N+eAKDRb8'
    '8AvxBAUFEwMF5BT7Av78APTZ/wLv+/v3/gv+DgfqEwIACBbHCQQBDg7/+vz2/v0AC/8C/RjfEf3r/eICAv7+BPEC'
    'zfnsE/f//gMT8P/9EQgkBQYCBwgA6CsBBi8NBQoKNwYE/Aj9Bvn8BQG77BP9BC0sB/gAEAAABwMx/P40DxAC/vz8'
    'CAEA/gj44OQA/foUCAECAQH7IRX+GAAABgAOIv7gCP8cAvj87AIE+wb79mP7A//4sQsDAAQcAAINBBwBBgD+gTUG'
    'BQsCAwTyAzED//38+wQC//7/Cvb+Kg4K5AYD9///L+bw+/oCAP3/EAD+AQEUBQEBAwIGEPvdBt8GPhQH4zAHC/8B'
    'EfoICfwO+gwI/f8GCfQABRIB9vAGBfH1AxAAAvzp8wMA/PUA/+cd9QMP6gf/B/4A9vTnA/73+fD7AR0F+gr/9vLv'
    'CPfp/x/7Bf8dB/QaB/XZCwAvBrP7ABL+Af7//wL2APL1AegC/wEB/f4E+/AECAAEAAHh+P0GDAkA/wEGFhH9CQAW'
    'HvUADPUUHvz+ABT7AAgUABADBQEE/gAFBAnuBgQABf77DvwAAxIDAw3uAhgJ/ALjBP33KAD9BAIG+f/+9/77/yn0'
    'APz87P8OA/sD9SH8ATf+AAL+B/IK9wcNDxMN2ugL+AD/Cv4T/A3/+wD48P//Au0BCwX+AP4DQQUA+jMNAALf5/0V'
    'AbD2Rx/7BQAF+P7tAQE4Ay4IAQT/+vrvAPoFDAIA/wX8AQQHFwMEAA8G+QEwCN4uJPvJ+vwOD/4IHw/pAfAF/AoR'
    '+T4EDP0zBPgA/QQPAfwD/gQF6gT/ANgA0PzxAQ8A9Lz87gwLAxj/8/X9AAcBBPkKAfkEAu0HERv6/6vaDP7z+g37'
    'CRX+GRMG/v4AABcK/P8G7wn5DeAA/u7+Ef8L/vYAI////v7rEP8C+fsN0wkd6PwAGDgG9Pz+Cf/1/vwp9gcGAPsR'
    'BgEbAAEDFOETBgXsA/v6Gjf9/AoBPv8F+AYVAwAC/wz+5/7aAlhxAwT4AfoAAPQH/QMIAwceAgECCRD4AEkE7MUA'
    'AwH8+ggBAf//AwIA+wAD+goK9/cANgsfF/vl/gQCAvf+EQMI1Awy/wQFAAfyqwPr/APy//cIEPwE1wMGBwAF9AL2'
    'Af8UCQoJAP4f9TX4KfwBEfY49w34CgYwBdsJ/s0B/wkA8Pv2EQUMAPYKBRQA/wUB/BwC7gA1Bffx/A76+/j8CgsD'
    'Bf0E/f8NEfgGDPsCFQPsBQMB9QIH/g4MBAP85AH/+u/8AOwHEfwL+AgT6vfw/gcBFAIiBQAMBBDs/wzxAvz5AAgI'
    'BQ4D+xH/BhP+AV4FMwEVBQkD+AECBRAB9wIq+Qj9Ev7v9QwE+P0gBv0FAfj7GwMGCgUGBRXp/AEFBAobBfsKHwkB'
    '/f0ECQcC8BgG3vLcAv4QCPwHB+0Q/Q71ATpGQQoBBAoE/QTt/QH/8A4FEAUSAhAEBgP/AAEx/PAD5/0Z/vYDBPQD'
    'CwIBB9sHBAT38AIHGAEBBfz/+3/+AwwFGwL7/P4RCgnwCv4cVgzsAAIBAB8Azf8D/NEC7jMAAef7Dgv+/AX/BAvP'
    'EN/nA/sB/QYA/QT3AwLuAAD/LAQTAvgG4AT+AAIG/yH8A/78/wIA//L6EwIDAPwZAgj38gb+DBb1AwMH/PntIPoW'
    '/AT//AYA+wEG6AME/gL18vwR6AsG+AoO/Pf8BP0K9QUcBOD8+wQA6wEIDgz/9gv7/f72B/0C/A76AQHc/gEQ8wcG'
    'AvTwH/f6Ef8BBBf8/T0Fl+EBRgL+z/cH/zz87woIOQv39PkBCfE97ANOCOv7At3//Crw9QsC+wgD/frs8gEA+wX+'
    '+AUR+f8EAQQG1gEL/QEBG/8MSyQD8vYVAPL1AwMFBQz8//UIA/z/6/kD/AAG/wIg/w//+P4HBP4G//4F/AsD+Ab5'
    '+AAECA8JA/oDAwDvAwD/A+MCB/n63BcBAAj/BhcYAQby/f0LDf4j+PQGBRQD/w4iAwUF/wH4Ag0K8QMgAQnE4PLx'
    'ANQGBPv+Bf0LAAD68QoN/P0i/tr/BQILAwz9+P8M2AwBBfjG/g30AP4CB/78F/P7BAYFCNYDB/wB/QnoBgg8BfEH'
    '4Any3xf//xr28g4W6h0M/gBjCQr77wL8DgD88xvs+AUBAxD1Afv+/vz9APQE/QbqAhsi3wP+/ggFFAn6AgII6wT/'
    '/QII/iH6BPv+/BQJ9Q/fAe8CAf7j/f77BQj9+fAEAgga8gUHAf0A/gn3LPwDBwcaJwcM+wEO+TP8+gAS1fj3/RMA'
    'EwYA8QYDCPr5/hUUIwMB/BEF9/0NEP3/+uwMAwr4AQ8OExPtAgwEDQgcCQf+BP5D/wf49MQC/v4ZBgMDDP7/AwAO'
    '/P0AEAf+AAL9/vD+8gP8Dfr6+goOBPoFKAUoABP89gEA8P/8+/4SBQUAJAUDCQEECAEFFRIJ9ALrBAED+/0Gqv4E'
    'Jwf79RUA5Ssh/u4QCAf//vpE/Pf1Av0FBPkBB/77Kf34///6CQsEAxq7Agr6BQT9/gMA/QPn+RAHM/kHAf8NGf77'
    'FEEDIN4TBf0eQ/cTEjAICAz5+lkD/wUW7wAJExIAIPsO/gP/EhAHAP8bJgH56AUCBQAC6/slA//5DQQEBAYMFwQL'
    '+gbpAQMP/hMAAf3++RzzAwUa9PwBB879BAVMGAj/f/sKEw4a9QLwCAL5HBD6DggBBwb6//sH//DnAhn/AOQMG+/9'
    '4wQM/APyBA0XBwAE7w39DBD/4QL6KP4I++wFBv8ADQsGGPIA+QQTA/7u/v7//goG/wXW6UP2ASj9B8f92/X5HRIA'
    'Af8b+PoW8/wHCPzq3P0jBSn3AAP2I//9//IYBwH+/v7f+/77APgQAukF9fwDB/8HEAcqAQb//AUBAfj5Bh8BBPcH'
    '9vsNEjQVBQQLEAcBRf4ACQEA/wMH+ucEBgsC+f4HAQk6/wIEExMO/wkUBA//AucvQuFAFPoD5hsA+gT7BPsDBeYd'
    'CQD5BAD4Df4BDQH3CBwPCAL/BRMGEB7+AAAbAAju/AUVEf8C/gLJGhT74/8CMQsCB/j1EAIg//5//AX7Cv7+APX4'
    '/+ML+xEHGxkTBAQAEvsEDBMH9Q/+/AP/Auj4Hf4GBQdB/z0HBf/0BPsF9wYAAQQB/fr/BAAMCQD2/cjtANn/K/LO'
    'De8bCQv6HvcBHf9ABQ0iCgb6DwsQD/4DAP3+/gH4/vgNHBD5/yIABh3sEgL47wf3AfQD8vsNF/4BHfsF/gP3MAAD'
    '/wL1APgHCgv+8wAZCQkV/gEBAf0z/ef//fQC8+8DC/z4MesF9vwB/AT1B1f68hUDBAcC+PUBBAAEBwTw4/4Y/eb4'
    '+/4JEAH7/wI='
)
