"""The set phrases of news pages that are not the article: one pattern for each kind of line.

English first, then German, French and Spanish. `match_furniture` looks at one line alone; where
it stands on the page is the business of `regions`.
"""

import re
from typing import Literal

Kind = Literal["dateline", "byline", "caption", "related", "boilerplate"]


def _any(alternatives: str) -> str:
    """One regex group out of alternatives written over several lines."""
    return "(?:" + "|".join(line.strip() for line in alternatives.strip().splitlines()) + ")"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_MONTH = _any(r"""
    jan(?:uary|uar|vier)?|enero|f(?:eb(?:ruary|ruar|rero)?|évrier)|mar(?:ch|s|zo)?|märz
    apr(?:il)?|avril|abril|ma[iy]|mayo|june?|juni|juin|junio|july?|juli|juillet|julio
    aug(?:ust)?|août|agosto|sept?(?:ember|embre|iembre)?|o[ck]t(?:ober|obre|ubre)?
    nov(?:ember|embre|iembre)?|de[cz](?:ember)?|décembre|diciembre
""")
_DAY = _any(r"""
    (?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thurs?|fri|sat|sun
    montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag
    lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche
    lunes|martes|miércoles|jueves|viernes|sábado|domingo
""")
_DATE_WORD = _any(rf"""
    {_MONTH}|{_DAY}|\d{{1,4}}(?:st|nd|rd|th)?|[ap]\.?m\.?|uhr|h|at|on|um|à|de|le|den
    gmt|utc|c?es?t|[ecmp][sd]?t|bst
""")
_DATE_ONLY = _compile(rf"(?:{_DATE_WORD}(?:[\s.,:/|·•–—-]+|$))+")
_HAS_DATE = _compile(
    r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}:\d\d\b"
    rf"|\b{_MONTH}\b.{{0,8}}\d|\d.{{0,5}}\b{_MONTH}\b"
)
_DATE_LABEL = _compile(
    _any(r"""
        status|as of|date|posted|published|first published|created
        (?:last )?(?:updated|modified|changed)
        stand|aktualisiert|veröffentlicht|erstellt|datum
        publié|mis à jour|modifié|publicado|actualizado|fecha
    """)
    + rf"(?:\s*[:|–-]|\s+(?:on|at|am|um|le|el|den)\b|\s+(?={_DATE_WORD}\b)).{{0,120}}"
)

# KARSK, May 3 (Vestry) –, on a line of its own; before a paragraph it is a part of the text.
_PLACE_AND_AGENCY = re.compile(
    r"[A-ZÀ-Þ][A-ZÀ-Þ .'’-]+(?:, [^()]{1,40})?\s*\([^()]{2,30}\)\s*[—–-]+"
)

_CREDIT = _compile(
    _any(r"""
        by|von|par|por|(?:written|reported) by|(?:story|words) by|text[eo]? ?:|author ?:
        autor(?:in|a)? ?:|auteur ?:
    """)
    + r"\s+(?P<names>\S.*)"
)
_CREDIT_WORD = re.compile(
    _any(r"""
        [A-ZÀ-ÞŁŚŠŽĆČ(@|·•–—&/-].*|\d.*|and|und|et|y|e|de|der|van|von|la|le|the|in|for|at|of
        staff|senior|chief|foreign|political|news|writers?|reporters?|correspondents?|editors?
    """)
)
_HEAD_CREDIT = _compile(
    r"(?:by|von|par|por|(?:interview|reporting|words|text)\s*:|updates by)\s+(?=\S)"
)
_TITLE_WORD = re.compile(r"[A-ZÀ-ÞŁŚŠŽĆČ&|/·•–—-].*|of|and|the|de|di|der|la|le")
_BYLINE = _compile(
    _any(r"""
        (?:written by|about the authors?|staff (?:writer|reporter)|escrito por)\W*
        by our (?:[\w-]+ ){0,2}(?:staff|correspondent|reporter|writer|editor|desk)s?\W*
        (?:über de[nr] autor(?:in)?|à propos de l[’']auteur)\W*
        \(?(?:additional |with )?(?:reporting|writing|editing) by .{2,160}
        .{2,80} contributed (?:to this (?:report|story|article)|reporting)\W*
        follow \S+(?: \S+)? on (?:twitter|x|mastodon|bluesky)\W*
    """)
)
_BIOGRAPHY = _compile(
    r".{2,40} is an? (?:[\w-]+ ){0,3}(?:reporter|correspondent|journalist|writer|columnist|editor)"
    r"\b.{0,40} (?:at|for|with|of) .{2,120}"
)

_PICTURE = r"(?:photo|image|picture|pic|photograph|illustration|graphic|foto|bild|crédit photo)s?"
_CAPTION = _compile(
    _any(rf"""
        (?:file |archive )?{_PICTURE}(?: credit| courtesy| source)?\s*(?:[:©|/]|-\s).{{1,240}}
        {_PICTURE} source, .{{2,80}}
        \({_PICTURE}(?: credit| by)?\s?[:/] .{{2,80}}\)
        (?:caption|video|symbolbild|archivbild|grafik|crédits?|légende|imagen)\s*[:©|].{{1,240}}
        .{{3,240}}[(\[](?:file |archive |handout )?(?:{_PICTURE}|archiv)\b[^)\]]{{0,60}}[)\]]
        .{{3,200}}\b{_PICTURE}\s?: [^.]{{2,60}}
        {_PICTURE} (?:by|courtesy of) .{{2,80}}
    """)
)

_LIST_HEAD = _any(r"""
    also read|read (?:also|on|more|next|this)|see also|also see|watch(?: also| now)?|listen
    related(?: (?:articles?|stor(?:y|ies)|news|posts?|content|coverage|topics?|links?))?
    more (?:on this(?: story)?|stories|news|coverage|to read)|most (?:read|popular|viewed)
    you (?:may|might) (?:also )?(?:like|be interested in|have missed)|up next
    (?:next|prev(?:ious)?) (?:article|post|story)|trending(?: now)?|don[’']t miss
    recommended(?: (?:for you|stories|articles|reading))?|editor[’']?s[’']? (?:picks?|choice)
    top stories|latest (?:news|stories|headlines)|in case you missed it|further reading
    from the archives?|popular (?:now|posts|stories)
    lesen sie (?:auch|mehr)|auch interessant|mehr (?:zum thema|dazu)|zum thema|meistgelesen
    das könnte sie auch interessieren|(?:weitere|verwandte) (?:artikel|themen|nachrichten)
    (?:à )?lire (?:aussi|également)|à lire|sur le même sujet|les plus lus|voir aussi
    articles? liés|le[ae] también|(?:también )?[lt]e puede interesar|más noticias
    noticias relacionadas|lo más leído|ver también|relacionad[oa]s?
""")
_MORE_FROM = (
    r"(?:more (?:from|by|in|about)|mehr (?:von|aus)|weitere artikel von|plus de|más de)"
    r" (?-i:[A-ZÀ-Þ]|the |this |our ).{1,80}"
)
_RELATED = _compile(
    _any(rf"""
        {_LIST_HEAD}\s*(?:[:|»›>→]\s*.{{0,300}}|[–—-]\s.{{0,300}}|[.…!]*)
        {_MORE_FROM}
        (?:read|learn|find out|discover|see|view|show|load)\s+(?:more|all)\W*
        (?:read|see|view) the (?:full|whole) (?:story|article|report)(?: here)?\W*
        (?:read|see|next|previous|prev) ?: .{{3,240}}|view all posts by .{{2,80}}
        (?:nächster|vorheriger) artikel\b.{{0,120}}|[←→«»]\s*(?:older|newer|next|prev)\b.{{0,120}}
        (?:continue|keep) reading\W*|click here\b.{{0,120}}
        (?:mehr|weiter)\s?(?:lesen|anzeigen)\W*|lire (?:la suite|plus|l[’']article)\W*
        leer más\W*|seguir leyendo\W*
    """)
)
# Shouted, and followed by a title: READ  Ten gardens to visit
_RELATED_SHOUTED = re.compile(
    r"(?:READ|ALSO READ|READ ALSO|READ MORE|READ NEXT|SEE ALSO|WATCH|RELATED|LIRE|LESEN SIE AUCH)"
    r"\s+(?=.*[a-z]).{3,240}"
)

_NETWORK = _any(r"""
    facebook|twitter|x|whatsapp|telegram|linkedin|reddit|pinterest|instagram|flipboard
    messenger|youtube|tiktok|mastodon|bluesky|e-?mail|print
""")
_SHARE = _any(rf"""
    share(?: this)?(?: (?:article|story|post|page))?(?: (?:on|via|with|to)(?: \w+){{0,4}})?
    {_NETWORK}(?:[\s,|/·•]+{_NETWORK})*|(?:re-?)?tweet|pin(?: it)?
    print(?: this)?(?: article| page| story)?|e-?mail this(?: article| page| story)?
    copy(?: the)? link|link copied.{{0,20}}|save(?: (?:article|for later|story))?|bookmark|like
    gift(?: this)? article|(?:artikel )?(?:auf \w+ )?teilen|drucken|merken|imprimer
    (?:partager|compartir)(?: (?:sur|en|por) \w+)?
""")
_ADVERTISEMENT = _any(r"""
    advertise?ments?|advert|ads?|sponsored(?: content| links?)?|paid (?:content|post)
    promoted(?: stories| content)?|anzeige|werbung|publicité|publicidad|anuncio
""")
_COMMENTS = _any(r"""
    (?:no |\d+ )?(?:comments?|replies|responses?|shares|views)(?: \(?\d+\)?)?
    (?:\d+ )?(?:kommentare?|commentaires?|comentarios?)(?: \(?\d+\)?)?
    (?:add|post|leave|write|submit) (?:a |your )?(?:comment|reply)\b.{0,40}
    (?:view|show|read|see|load|hide)(?: all| the| more)?(?: \d+)? (?:comments|replies)\b.{0,40}
    reply|likes? \d+|sort by (?:newest|oldest|best|top)|report (?:this )?(?:ad|comment)
    join the (?:conversation|discussion)\b.{0,40}|cancel reply|name|website|comment|message|submit
    kommentare? (?:schreiben|hinterlassen|verfassen)|laisser un commentaire|réagir
    deja (?:un comentario|una respuesta)
""")
_NAVIGATION = _any(r"""
    search|menu|home|close|back|next|previous|skip|loading\W*|skip to (?:main )?content
    log ?in|sign ?in|sign ?up|register|subscribe(?: now| today)?|(?:log|sign) in to .{0,60}
    back to (?:top|home)|go to .{0,20}home ?page|table of contents
    (?:home|startseite|accueil|inicio)\s*[>»›/|].{1,120}
    (?:privacy|cookie) (?:policy|settings|notice|preferences)(?:\s*[|·•].{0,160})?
    terms (?:of (?:use|service)|(?:and|&) conditions)(?:\s*[|·•].{0,160})?
    about us|contact(?: us)?|advertise with us|imprint|impressum|datenschutz
    mentions légales|aviso legal|s[’']abonner|se connecter|suscr[ií]bete|iniciar sesión
    (?:estimated )?reading time\W.{1,30}|(?:lesezeit|temps de lecture|tiempo de lectura)\W.{1,30}
    \d+[ -]?min(?:ute)?s?(?: read| lesezeit| de lecture)|listen to this (?:article|story).{0,20}
    (?:our )?newsletters?|support us|turn on notifications|thanks for reading
    we value your privacy|your privacy choices|zur startseite|#\w+(?:[\s,]+#\w+)*
    zum newsletter anmelden|s[’']inscrire à la newsletter|(?:get|download) (?:our|the) .{0,20}app
    (?:accept|reject|allow|decline)(?: all)?(?: cookies)?|manage (?:preferences|cookies|choices)
    ok(?:, got it)?|got it|i agree
""")
_BOILERPLATE = _compile(
    rf"(?:{_SHARE}|{_COMMENTS}|{_NAVIGATION}"
    rf"|\W*{_ADVERTISEMENT}(?:\W+(?:scroll|story|article|continue)\b.{{0,60}})?"
    rf"|(?:story|article) continues (?:below|after)\b.{{0,60}}"
    r"|scroll (?:down )?to continue\b.{0,60})[\s*!.…:→»\])-]*"
)
# How a line begins that is then furniture to its end, also when it is a sentence.
_BOILERPLATE_START = _compile(
    _any(r"""
        your e-?mail address will not|required fields are|save my name|notify me (?:of|when)
        (?:we|our partners|we and our(?: \w+)? partners) use cookies
        this (?:web)?site (?:uses cookies|is protected by)
        by (?:continuing to (?:use|browse)|using this|clicking|subscribing|signing up)\b.{0,80}\byou
        sign up (?:for|to|here|now)\b.{0,80}\b(?:newsletters?|e-?mails?|alerts?|briefings?|inbox)\b
        subscribe (?:to|for|now|and|via)\b|enter your e-?mail
        get (?:the|our|all|more|breaking)\b.{0,80}\b(?:inbox|newsletter|alerts)\b
        (?:join|follow|like|find) us (?:on|at)\b|follow (?:our|the) .{0,40}\b(?:channel|account)\b
        join our (?:\w+ )?(?:channel|group|community|newsletter)\b|our standards ?:
        this (?:article|story) (?:was )?(?:first|originally) (?:published|appeared)
        download (?:our|the) .{0,30}\bapp\b|support (?:our|independent|quality) journalism
        already (?:a |have )(?:subscriber|an account|a member)|please (?:log|sign) in
        th(?:is|e full) (?:article|content|story) is (?:only )?(?:for|available to) (?:subs|members)
        you must be logged in|comments are (?:closed|moderated|off)|be the first to comment
        thank you for (?:reading|subscribing|signing)|got a (?:tip|story)\b|have a tip\b
        do you have (?:a tip|information)|(?:send|e-?mail) us\b|filed under|posted in\b
        if you (?:like|liked|enjoyed|have enjoyed) this (?:article|story)
        (?:tags?|topics?|keywords?|categor(?:y|ies)|in this article|sources?) ?:
        tagged(?: with| in)?(?: ?:| [A-Z#])|(?:©|\(c\))|copyright\s*(?:©|\(c\)|:|by|\d{4})
        all rights reserved|this material may not be|republished? (?:with|under)
        no part of this (?:publication|article|site)|unauthori[sz]ed reproduction
        (?:disclaimer|editor[’']?s note|correction|clarification) ?:
        contact (?:the|our) (?:author|reporter|newsroom)
        ihre e-mail-adresse wird|erforderliche felder|wir (?:verwenden|nutzen|setzen) cookies
        diese (?:web)?seite (?:verwendet|nutzt) cookies|newsletter (?:abonnieren|bestellen)
        abonnieren sie|melden sie sich (?:an|für)|folgen sie uns|alle rechte vorbehalten
        (?:schlagw[oö]rter|themen|quellen?) ?:
        votre adresse (?:e-mail|de messagerie|électronique) ne|les champs obligatoires
        nous utilisons des cookies|ce site utilise|inscrivez-vous|abonnez-vous|suivez-nous
        tous droits réservés|reproduction interdite|mots[- ]clés ?:
        tu dirección de correo|los campos (?:obligatorios|necesarios)|utilizamos cookies
        este sitio (?:web )?utiliza|síguenos|suscríbase|reciba nuestr[oa]
        todos los derechos reservados|(?:etiquetas|temas|fuentes?) ?:
    """)
    + ".*"
)
_RIGHTS_AT_END = _compile(
    r".{0,160}\b(?:all rights reserved|alle rechte vorbehalten|tous droits réservés"
    r"|todos los derechos reservados)\W*"
)
_LONGEST_LINE = 400  # code points; furniture is short

LISTS_MORE = _compile(rf"(?:{_LIST_HEAD}|{_MORE_FROM}|written by|about the author)\W*")
"""Heads of lists: what follows them is not the article either."""


def match_furniture(line: str) -> Kind | None:
    """What kind of furniture `line`, stripped, is by its words alone; None if it may be text."""
    if not line or len(line) > _LONGEST_LINE:
        return None
    if _is_date(line):
        return "dateline"
    if _BYLINE.fullmatch(line) or _BIOGRAPHY.fullmatch(line) or _is_credit(line):
        return "byline"
    if any(one.fullmatch(line) for one in (_BOILERPLATE, _BOILERPLATE_START, _RIGHTS_AT_END)):
        return "boilerplate"
    if _RELATED.fullmatch(line):
        return "related"
    if _RELATED_SHOUTED.fullmatch(line) and not line.endswith((".", '."', ".”")):
        return "related"
    return "caption" if _CAPTION.fullmatch(line) else None


def match_head(line: str) -> Kind | None:
    """What kind of furniture `line` is between the headline and the text, where more of it stands:
    credits with posts, outlet and date, and the outlet's name alone. None if it may be a deck."""
    words = line.split()
    small = sum(word[0].islower() and not _DATE_ONLY.fullmatch(word) for word in words)
    if len(words) <= 14 and _HEAD_CREDIT.match(line):
        return "byline"
    if len(words) <= 14 and small <= 2 and _HAS_DATE.search(line):
        return "dateline"
    return "boilerplate" if len(words) <= 5 and all(map(_TITLE_WORD.fullmatch, words)) else None


def _is_date(line: str) -> bool:
    if _PLACE_AND_AGENCY.fullmatch(line):
        return True
    if len(line) > 120 or not _HAS_DATE.search(line):
        return False
    return bool(_DATE_ONLY.fullmatch(line) or _DATE_LABEL.fullmatch(line))


def _is_credit(line: str) -> bool:
    """`By A. Writer, Harbour Post | 3 May 2031`: names, posts and a date, and no verb."""
    credit = _CREDIT.fullmatch(line)
    if credit is None:
        return False
    words = credit["names"].split()
    return (
        len(words) <= 14
        and words[0][0].isupper()
        and not line.endswith((".", "!", "?", "”", '"'))
        and all(map(_CREDIT_WORD.fullmatch, words))
    )
