"""Verbs and other words by what may follow them in a sentence that reports what somebody says."""

from annotator.suggest.phrases import DETERMINERS, PRONOUNS
from annotator.text.wordlist import wordlist

TELL = wordlist("told tells tell informed informs assured reminded warned warns assures")
REQUEST = wordlist(
    """
    urge urges urged urging ask asks asked asking order orders ordered ordering advise advises
    advised instruct instructed beg begs begged invite invites invited appealed implored request
    requests requested
    """
)
THING = wordlist(  # what is said may be a noun phrase
    """
    deny denies denied reject rejects rejected dispute disputes disputed contradict contradicts
    contradicted demand demands demanded demanding doubt doubts doubted fear fears feared criticise
    criticises criticised criticize criticizes criticized support supports supported supporting
    oppose opposes opposed back backs backed welcome welcomes welcomed condemn condemns condemned
    refute refutes refuted accuse accuses accused confirm confirms confirmed promise promises
    promised recommend recommends recommended propose proposes proposed predict predicts predicted
    denounce denounced denounces defend defends defended want wants wanted
    """
)
PARTICLES = wordlist("for on of out in about against down off to")
TO = wordlist(  # what is said may start with “to”
    """
    vow vows vowed promise promises promised threaten threatens threatened refuse refuses refused
    want wants wanted pledge pledges pledged plan plans planned intend intends intended hope hopes
    hoped offer offers offered demand demands demanded agree agrees agreed expect expects expected
    """
)
CALL = wordlist(
    """
    call calls called describe describes described dismiss dismisses dismissed label labels labelled
    reject rejects rejected criticise criticises criticised criticize criticizes criticized condemn
    condemns condemned denounce denounced praise praises praised hail hailed welcome welcomed regard
    regards regarded dubs dubbed
    """
)
QUOTES = wordlist(  # verbs that bring a quotation, before or after their subject
    """
    said says say told tells wrote writes write added adds asked asks stressed stresses explained
    explains replied replies answered answers warned warns insisted insists declared declares joked
    jokes claimed claims stated states noted notes announced announces argued argues complained
    complains recalled recalls responded responds continued concluded finds found thinks thought
    believes emphasised emphasises emphasized emphasizes promised promises alleged alleges reported
    reports tweeted posted remarked commented observed admitted admits demanded demands appealed
    quipped retorted conceded acknowledged suggested suggests predicted lamented maintained
    contended urged assured calculates reiterated repeated confirmed agreed asserted cautioned
    revealed shouted cried
    """
)
ASKING = wordlist("ask asks asked wonder wonders wondered know knows knew")
WANT = wordlist("want wants wanted")
TIMES = wordlist("day week month year time moment evening morning night")
GOING_ON = wordlist("who which and but according while citing")
IMPERSONAL = wordlist(
    """
    feared expected believed rumoured rumored reported alleged claimed said thought doubted assumed
    suspected hoped estimated
    """
)
ASIDE = wordlist("reportedly allegedly purportedly supposedly")
OPINION = ("in the view of", "in the opinion of", "in the words of", "in the eyes of")
CLAUSE_STARTS = PRONOUNS | DETERMINERS | {"there", "i", "we", "you", "if", "what", "nobody"}
CONNECTING = wordlist("that whether if how why what who when where")
ADDING = wordlist("according citing saying adding calling arguing insisting accusing quoting")
