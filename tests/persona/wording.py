"""The word lists behind the rules: what the voice never says, in Russian and English. Case does not matter."""

from __future__ import annotations

import re
from enum import StrEnum

START = r"^[\s\"'«“(*_\-—–]*"


def _any(*parts: str, prefix: str = "") -> re.Pattern[str]:
    return re.compile(prefix + "(?:" + "|".join(parts) + ")", re.IGNORECASE)


OPENERS = _any(
    r"(?:да,? )?конечно\b",
    r"разумеется\b",
    r"безусловно\b",
    r"(?:я )?с (?:удовольствием|радостью)\b",
    r"рад(?:а|ы)? (?:помочь|слышать|видеть)",
    r"без проблем\b",
    r"как скаж(?:ешь|ете)",
    r"(?:отлично|супер|класс|прекрасно|замечательно|здорово|круто|великолепно|хорошо|окей|ок|ладно)\s*[,.!—:–-]",
    r"(?:отличн|хорош|прекрасн|интересн)\w+ (?:вопрос|запрос|мысль|идея)",
    r"(?:я )?понял(?:а)?(?: тебя| вас)?\s*[,.!—:–-]",
    r"(?:я )?вас понял",
    r"принято к сведению",
    r"давай(?:те)? (?:я )?(?:посмотрим|разбер[её]мся|поищем|гляну)",
    r"sure\b(?! enough)",
    r"of course\b",
    r"certainly\b",
    r"absolutely\b",
    r"definitely\b",
    r"(?:great|good|excellent|interesting|fantastic) (?:question|idea|request|one)\b",
    r"(?:i'?d be |i'?m )?(?:happy|glad|delighted) to (?:help|assist)",
    r"no problem\b",
    r"got it\b",
    r"understood\b",
    r"(?:awesome|perfect|excellent|wonderful|fantastic|great|alright|okay|ok)\s*[,.!—:–-]",
    r"thank(?:s| you) for\b",
    r"as you wish\b",
    r"let me (?:see|check|look|help)\b",
    prefix=START,
)

FLATTERY = _any(
    r"(?:отличн|прекрасн|великолепн|замечательн|превосходн|шикарн|безупречн|хорош|тонк)\w+ (?:выбор|вкус)\w*",
    r"(?:выбор|вкус)\w* (?:у (?:тебя|вас) )?(?:отличн|прекрасн|великолепн|замечательн|превосходн|безупречн)\w*",
    r"\bмолодец\b",
    r"\bумниц[аы]\b",
    r"(?:ты|вы) (?:абсолютно|совершенно|конечно(?: же)?,?) прав",
    r"знаешь толк",
    r"знаете толк",
    r"приятно иметь дело",
    r"(?:great|excellent|fine|superb|wonderful|impeccable|good|brilliant|fantastic|lovely) (?:choice|taste|pick|eye)\b",
    r"you have (?:such )?(?:a )?(?:great|good|excellent|wonderful|refined)",
    r"(?:absolutely|totally|completely) right\b",
    r"you(?:'re| are) (?:a true|so|such a)\b",
    r"(?:smart|wise) (?:of you|choice|move)",
    r"i (?:love|admire) (?:your|how you)\b",
)

FILLER = _any(
    r"(?:дай|дайте) (?:мне )?знать",
    r"если (?:тебе |вам )?(?:что-то|что-нибудь|ещ[её] что|понадобится|будут вопросы|нужно будет)",
    r"чем (?:ещ[её] )?(?:я )?могу (?:ещ[её] )?(?:быть полезен|помочь)",
    r"надеюсь,? (?:это |что )?помо",
    r"\bобращай(?:ся|тесь)\b",
    r"всегда (?:рад|к (?:твоим|вашим) услугам)",
    r"let me know\b",
    r"hope (?:this|that|it) helps",
    r"(?:feel free|don'?t hesitate) to\b",
    r"anything else (?:i|you)\b",
    r"how (?:else )?(?:can|may) i (?:help|assist)",
    r"приятного (?:просмотра|вечера)",
    r"\benjoy\b(?: (?:the|your|it|this|watching|!)|[.!]|$)",
    r"happy (?:watching|viewing)\b",
    r"i(?:'m| am) here (?:to help|if)",
    r"(?:as|being) an? (?:ai|assistant|language model)\b",
    r"как (?:ии|языковая модель|ассистент)\b",
)

ECHO = _any(
    r"(?:итак,? )?(?:ты|вы) (?:просишь|просите|просил\w*|хочешь|хотите|ищешь|ищете|спрашива\w+|спросил\w*)\b",
    r"(?:итак,? )?(?:тебе|вам) (?:нуж\w+|хочется|надо)\b",
    r"ищ(?:ешь|ете) ",
    r"(?:so,? )?you(?:'re| are)? (?:want|wanted|asked|ask|request|requested|looking|need|'d like|would like)\b",
    r"(?:so,? )?you(?:'d| would) like\b",
    r"(?:looking|searching) for ",
    r"(?:твой|ваш) запрос",
    r"по (?:твоему|вашему) запросу",
    r"your request",
    prefix=START,
)

MORALISING = _any(
    r"пиратств\w*",
    r"пиратск\w*",
    r"нелегальн\w*",
    r"незаконн\w*",
    r"авторск\w+ прав\w*",
    r"поддерж\w+ (?:авторов|создател\w+|правообладател\w+|кинематограф\w*)",
    r"что разрешает закон",
    r"(?:не забывай|не забудь|помни)\w*,? (?:что |о |про )?(?:закон|прав|здоров|сн[еа]|отдых)\w*",
    r"важно (?:помнить|понимать)",
    r"вредно\b",
    r"лучше (?:бы )?(?:лечь|ложись|ляг|поспать|выспаться)",
    r"стоит (?:ли|бы) (?:столько|так много)",
    r"не стоит (?:столько|так (?:много|часто|поздно))",
    r"подума(?:й|йте) о\b",
    r"(?:помни|учти|имей(?:те)? в виду|не забывай)(?:те)?,? что (?:автор|скачива|торрент|закон)\w*",
    r"please note\b",
    r"(?:violat\w+|break\w*|against) (?:the |local |your )?laws?\b",
    r"\bpira(?:cy|te[sd]?|ting)\b(?! bay)",
    r"\billegal\w*",
    r"\bunlawful\w*",
    r"\bcopyright\w*",
    r"support (?:the )?(?:creators?|artists?|filmmakers?|authors?|industry)",
    r"what your law permits",
    r"important to (?:remember|note|keep|respect|understand)",
    r"please remember\b|remember to\b|keep in mind\b|be (?:mindful|aware)\b",
    r"(?:bad|unhealthy|harmful) for (?:you|your)",
    r"you (?:really )?(?:should|ought to) (?:sleep|rest|consider|think|get some)",
    r"(?:too much|so much) (?:screen|television|tv)\b",
    r"ethical\w*",
)

TASTE = _any(
    r"(?:дурн|плох|странн|сомнительн|ужасн)\w+ вкус\w*",
    r"вкус\w* (?:у (?:тебя|вас) )?(?:так себе|странн|сомнительн|дурн|плох)\w*",
    r"как (?:ты|вы) (?:можешь|можете|вообще)\b",
    r"зачем (?:тебе|вам) (?:это|такое|эт[оау])\b",
    r"(?:ты|вы) серь[её]зно\b",
    r"нормальн\w+ люд\w+",
    r"(?:для )?(?:дилетант|профан|невежд)\w*",
    r"стыдно\b",
    r"(?:bad|poor|questionable|terrible|strange|odd|trashy|awful) taste",
    r"guilty pleasure",
    r"(?:how|why) (?:can|could|would) (?:you|anyone|anybody) (?:like|watch|want|enjoy|bear)",
    r"are you serious",
    r"(?:should be )?ashamed",
    r"(?:people with|anyone with) taste",
    r"philistin\w*",
    r"not a (?:real|serious) (?:film|movie|fan)",
)

ASKS_LEAVE = _any(
    r"(?:хочешь|хотите|мне|могу|можно|разреши(?:те|шь)?|давай(?:те)?)[ ,]+(?:чтобы )?(?:я )?(?:ли )?(?:мне )?"
    r"(?:по|най|про|за)?(?:ищу|искать|иска[лт]\w*|йти|йду|верить|верю|пустить поиск|гляну)\b[^.!]*\?",
    r"(?:поискать|найти|проверить|запустить поиск|начать поиск|приступать|начинать)"
    r"(?: (?:тебе|вам|для тебя|для вас))?(?: (?:его|её|их|раздачи|релизы|источники))?\s*\?",
    r"(?:shall|should|may|can) i (?:(?:start|begin|run|do) (?:a |the )?)?(?:go ahead|search|look|find|check)[^.!]*\?",
    r"(?:do you |would you )?(?:want|like) me to (?:go ahead|search|look|find|check|start|run)\b[^.!]*\?",
)


class Deed(StrEnum):
    """What a reply may claim only after a tool, or the person's button, did it."""

    STARTED = "started"
    FINISHED = "finished"
    REMEMBERED = "remembered"
    KEPT = "kept"
    REMOVED = "removed"
    CHANGED = "changed"


# Each with the verb's own form: "скачаю" promises, "скачал" claims.
CLAIMS: dict[Deed, re.Pattern[str]] = {
    Deed.STARTED: _any(
        r"\b(?:качаю|загружаю)\b",
        r"(?:начал|поставил|запустил|отправил|добавил|закинул) (?:\S+ ){0,4}?"
        r"(?:кача\w+|закачк\w+|загрузк\w+|скачива\w+|сидбокс)",
        r"(?:закачка|загрузка|скачивание) (?:уже )?(?:пошла|пошло|началась|началось|запущена|идёт|идет)",
        r"\bкачается\b",
        r"(?:добавлен|поставлен|отправлен)[аоы]? (?:\S+ ){0,3}?(?:очередь|кача\w+|закачк\w+|загрузк\w+|сидбокс)",
        r"(?:i(?:'m| am)|it(?:'s| is)|now|already) (?:now |already )?downloading",
        r"^downloading\b",
        r"(?:started|queued|begun) (?:the |your |that )?download\w*",
        r"(?:added|sent) (?:\S+ ){0,6}?to (?:your |the )?(?:downloads|seedbox|queue|client)",
        r"on its way to (?:your |the )?(?:downloads|seedbox|queue|client)",
        r"download (?:has |is )?(?:started|running|under ?way|begun)",
    ),
    Deed.FINISHED: _any(
        r"\bскачал(?:ась|ся|ось|ись)?\b",
        r"\bскачан[оаы]?\b",
        r"загрузил(?:ась|ся|ось)\b",
        r"(?:готово|готова?),? (?:можно|к просмотру)",
        r"^готово\b",
        r"можно смотреть",
        r"\b(?:has|have|is|been|already|fully) (?:been )?downloaded\b",
        r"(?:i(?:'ve| have)?|we(?:'ve)?) downloaded\b",
        r"ready to watch",
        r"^ready\b",
        r"finished downloading",
        r"you can watch it",
    ),
    Deed.REMEMBERED: _any(
        r"\bзапомнил\b",
        r"\bзапомню\b",
        r"\bзаписал\b",
        r"буду (?:иметь в виду|помнить)",
        r"\b(?:i(?:'ll| will|'ve)? )?remember(?:ed)? (?:that|this|it)\b",
        r"^remembered\b",
        r"i(?:'ll| will) (?:remember|keep (?:that|it) in mind)",
        r"^noted\b",
        r"made a note",
        r"(?:saved|stored) (?:\S+ ){0,3}?(?:to|in) (?:my |your )?(?:memory|profile|notes)",
    ),
    Deed.KEPT: _any(
        r"\bотложил\b",
        r"(?:добавил|закинул|внёс|внес) (?:\S+ ){0,3}?(?:в )?(?:список|отложенн\w+|вотчлист)",
        r"(?:added|put|saved) (?:\S+ ){1,6}?(?:to|on|in) (?:your |the )?(?:watch ?list|list)",
        r"\bkept (?:it |that )?for later",
        r"(?:is|it's) (?:now )?on your watch ?list",
    ),
    Deed.REMOVED: _any(
        r"\b(?:убрал|удалил|стёр|стер)\b",
        r"\bудален[оаы]?\b",
        r"(?:i(?:'ve| have)?|is|was|been) (?:removed|deleted|erased)",
        r"^(?:removed|deleted)\b",
    ),
    Deed.CHANGED: _any(
        r"(?:поменял|изменил|обновил|переключил|настроил)\b",
        r"теперь (?:всегда |по умолчанию )",
        r"(?:changed|updated|switched|set) (?:your |the )(?:preferences?|settings?|default|quality|language)",
        r"from now on\b",
    ),
}
DENIED = re.compile(
    r"(?:\bне|\bничего не|\bещё не|\bnot|n't|\bnever|\bnothing|\bесли|\bкогда|\bпока|\bonce|\bwhen|\bif|\buntil"
    r"|\bbefore|\bafter|\bне стал)\s+(?:\S+\s+){0,2}$",
    re.IGNORECASE,
)

# Russian forms that settle how the person is spoken to.
TY = re.compile(
    r"\b(?:ты|тебя|тебе|тобой|тво(?:й|я|ё|е|и|его|ей|ему|им|их|ими|ём|ем|ю)"
    r"|(?!лишь|тишь|слышь|вишь|мышь|камыш|ишь|брешь|тушь|плешь|фетишь)\w+(?:ешь|ёшь|ишь)(?:ся)?"
    r"|скажи|напиши|нажми|посмотри|выбери|возьми|смотри|жми|бери|попробуй|дай|назови|подожди|проверь|реши|держи"
    r"|качай|имей|передай|пришли|спроси|нажимай|глянь|вспомни|учти|забирай|пиши)\b",
    re.IGNORECASE,
)
VY = re.compile(
    r"\b(?:вы|вас|вам|вами|ваш(?:а|е|и|его|ей|ему|им|их|ими|ем|у)?"
    r"|хотите|можете|будете|ищете|знаете|видите|помните|любите|смотрите|скажите|напишите|нажмите|посмотрите|выберите"
    r"|возьмите|жмите|берите|попробуйте|дайте|назовите|подождите|проверьте|решите|держите|качайте|имейте|передайте"
    r"|пришлите|спросите|нажимайте|гляньте|вспомните|учтите|забирайте|пишите|просите|решайте|думаете|собираетесь"
    r"|предпочитаете|согласны)\b",
    re.IGNORECASE,
)

_STOP = (
    "а в во и или к на не но о об от по с со то у что это как для из за мне меня мой я ты вы бы же ли да нет есть "
    "the a an and or of to in on for with is it me my i you do does can could please some any that this there "
    "от до при про be what which"
)
STOP_WORDS = frozenset(_STOP.split())
