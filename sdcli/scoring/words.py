"""English, as far as the rules of the scorer need it: small tables, no grammar.

The scorer never understands a sentence. It asks plain questions of it (is there a verb, a
reason, an alternative, a failure) and answers them from these tables, so that whoever
doubts a tick can read why it was given. Words are lower case; tables named `..._STEMS` hold
dictionary forms that `text.stems_of` brings to stems when they are first asked for.
"""

from __future__ import annotations


def word_list(text: str) -> tuple[str, ...]:
    """The words of a table, as it is written."""
    return tuple(text.split())


def word_set(text: str) -> frozenset[str]:
    """The words of a table, to look up in."""
    return frozenset(text.split())


DETERMINERS = word_set(
    "the a an every each all its their our your his her this these those some any both either"
    " another them it us"
)
PRONOUNS = word_set("i we you they he she it one who which")
AUXILIARIES = word_set(
    "is are was were be been being am has have had having do does did can could will would"
    " shall should must may might cannot need needs isn't aren't wasn't weren't don't doesn't"
    " didn't can't couldn't won't wouldn't shouldn't mustn't haven't hasn't it's that's there's"
    " they're we're we'll it'll they'll we've i'd we'd let's"
)
PREPOSITIONS = word_set(
    "of to in on at by for from with into onto across over under through via per as until till"
    " after before between among during against within without inside outside behind beside"
    " along around near upon toward towards except about like than"
)
CONNECTIVES = word_set(
    "and or but nor so because since if when while where whereas unless although though that"
    " then thus hence therefore otherwise instead rather however also only even just not no"
    " never both either neither else too very more most less least fewer such same other own"
    " what how why whose whom here there now once again still yet already"
)
_MORE_FUNCTION_WORDS = word_set(
    "me my mine him himself itself themselves ourselves myself up out off down away back together"
    " half twice plus minus versus vs times much many few several enough almost always often"
    " usually up i'm"
)
FUNCTION_WORDS = (
    DETERMINERS | PRONOUNS | AUXILIARIES | PREPOSITIONS | CONNECTIVES | _MORE_FUNCTION_WORDS
)
PARTICLES = word_set("out up off down away back over")

# Words that are hardly ever nouns where systems are talked about. "cache", "shard", "queue",
# "store" or "log" are left out on purpose: a list of terms is made of them.
VERBS = word_set(
    "accept achieve acknowledge add agree aim allow answer append apply arrive ask assign assume"
    " attach avoid become begin belong break bring build bump buy calculate call catch change"
    " check choose collect collide combine come compare compute confirm consist contain convert"
    " cope cover create cut decide degrade delete deliver depend derive detect die differ discard"
    " divide double drain eat emit enforce ensure enter estimate evict exceed expect expire"
    " explain expose fall fetch fill find finish fit flip follow forbid force forget forward"
    " freeze gain gather generate get give go grow guarantee guess halve handle happen help hide"
    " hold hurt ignore improve include increase insert invalidate issue join keep know lag land"
    " last learn leave let limit live look lose lower make mark match mean measure meet merge move"
    " need notice obtain occur offer omit open outlast outlive overflow overload own pass pay pick"
    " prefer prevent produce propagate protect prove pull push put raise reach react read receive"
    " reconcile recover reduce refuse reject rely remain remember remove repair repeat replay"
    " replace reply require resolve respond resume retry return reuse run save say see seem select"
    " send serve set share show shrink shut sit skip slow smooth solve speed spend spread start"
    " stay stop succeed suffer supply support survive swap switch take talk tell tend think"
    " throttle throw tolerate touch translate travel treat trim try turn understand update upgrade"
    " broadcast compress configure contribute cost lie overlap encrypt exclude fire inform"
    " migrate notify persist publish purge rebuild recompute refill render replicate reserve"
    " rotate split subscribe trigger"
    " use validate vanish vary verify wait wake walk want warm waste weigh win wipe wrap write"
)

# What stems do not bring together: spelling and irregular forms, by dictionary form.
SAME_WORD = {
    "indices": "index",
    "indexes": "index",
    "expiry": "expire",
    "expiries": "expire",
    "replica": "replicate",
    "replicas": "replicate",
    "queuing": "queue",
    "queueing": "queue",
    "queued": "queue",
    "caches": "cache",
    "wrote": "write",
    "written": "write",
    "chose": "choose",
    "chosen": "choose",
    "kept": "keep",
    "sent": "send",
    "lost": "lose",
    "loss": "lose",
    "losing": "lose",
    "held": "hold",
    "built": "build",
    "broke": "break",
    "broken": "break",
    "fell": "fall",
    "fallen": "fall",
    "ran": "run",
    "went": "go",
    "gone": "go",
    "took": "take",
    "taken": "take",
    "gave": "give",
    "given": "give",
    "got": "get",
    "made": "make",
    "grew": "grow",
    "grown": "grow",
    "knew": "know",
    "known": "know",
    "saw": "see",
    "seen": "see",
    "found": "find",
    "left": "leave",
    "met": "meet",
    "paid": "pay",
    "said": "say",
    "told": "tell",
    "won": "win",
    "dead": "die",
    "died": "die",
    "dying": "die",
    "death": "die",
    "failure": "fail",
    "failures": "fail",
    "began": "begin",
    "frozen": "freeze",
    "hidden": "hide",
    "forgotten": "forget",
    "meant": "mean",
    "slept": "sleep",
    "stole": "steal",
    "stolen": "steal",
    "acks": "acknowledge",
    "ack": "acknowledge",
    "acked": "acknowledge",
    "urls": "url",
    "centre": "center",
    "centres": "center",
    "licence": "license",
    "behaviour": "behavior",
    "analyse": "analyze",
    "data": "data",
    "personal": "private",  # or its stem is that of "person", and so of "user"
    "validity": "validity",
    "custom": "bespoke",  # its stem is that of "customer"
    "goes": "go",
    "personalize": "private",
    "personalized": "private",
    "personalization": "private",
}

# Words that mean one thing where systems are talked about, whoever writes: one class each, whose
# words find each other in patterns. Only words that are never opposed to each other in a design
# belong here: "push" and "send" are not, since push is a choice against pull.
SAME_MEANING = tuple(
    word_list(line)
    for line in (
        "node server machine instance box",
        "fail crash die",
        "delete remove erase purge",
        "photo picture image",
        "video film movie clip",
        "shard partition",
        "check verify validate",
        "answer reply respond return",
        "user customer people person",
        "large big huge",
        "small tiny",
        "fast quick",
        "limit bound restrict",
        "drop discard",
        "merge combine",
        "celebrity famous influencer",
        "retry resend reattempt",
        "copy replicate",
        "message msg",
        "vendor provider supplier",
        "rider passenger",
        "trip ride",
        "vehicle car",
        "location position",
        "alert alarm",
        "dedupe dedup deduplicate deduplication",
        "id identifier",
        "begin start",
        "choose pick select",
        "need require",
        "get fetch retrieve",
        "show display",
        "keep retain",
        "save persist",
        "generate create",
        "grow increase rise",
        "cost price",
        "stale outdated",
        "same identical",
        "feed timeline",
        "chat conversation",
        "suggestion completion",
        "chunk piece",
        "hot popular",
        "evenly uniformly",
        "transcode encode",
        "recover restore",
        "percent percentage",
    )
)

# Counted over the model answers and recorded interviews of fourteen questions: words that stand
# in those of ten or more, and of five to nine. Alone they prove little of any one question.
EVERYWHERE = word_set(
    "add alert answer arrive asks average bottleneck break bytes cache carries change check"
    " client come compares copies costs count database day decides deleted dies differ error"
    " everything fast filled finds first five gb gets gives go grow hash holds hour id keep key"
    " knows large last later leave lets limit list live load long look lost make memory million"
    " minutes miss month move ms nearly new next nobody nothing notice number old ones open"
    " others part peak people points promise queue rate reads requests ring row run scope second"
    " see sends server share short shows single slow small spread stand start stays store sum"
    " table takes tb ten three time two use version waits whether whole writes wrong"
)
COMMON = word_set(
    "above accepted active address age agree allowed alone apart api app availability bad"
    " balancer batches become belongs bill bits blocks bucket budget build burst busy calls cap"
    " cheap cheaper choose clock code cold connections consistent counter cut data deeper delay"
    " delivery design disk done double drops edge eight empty end entry evening events ever"
    " exactly exist expires falls far feel file fine fits fixed follow four free front full good"
    " guess hands happens hardly harm help hit honest hot hundred index job joins kb late"
    " latency lb line log longer matter mb means meanwhile measure merged message modulo morning"
    " names needed neighbours network newest night nine none normal object older oldest order"
    " ordinary owner page parallel pass percentile phone picture place prefer primary private"
    " pulled push put question random ranking reach reader ready really rebuild record refused"
    " region repeat replaces rest restart retry right round rule s saved says search sense serve"
    " service set seven shard side signed six size sketch smaller somebody something sorted"
    " spare split stale state step stops storage straight streams sure switch team text third"
    " thousand token told touches traffic trips try turn twelve twenty upload value want watch"
    " way week well whoever wins work worker worst worth year"
)

# Phrases that say the same; a pattern with one of them also finds the others.
SAME_PHRASE = (
    ("pub sub", "publish subscribe", "publisher subscriber"),
    ("ttl", "time to live"),
    ("cdn", "content delivery network"),
    ("load balancer", "lb"),
    ("database", "db"),
    ("qps", "rps", "queries per second", "requests per second"),
    ("spof", "single point of failure"),
    ("wal", "write ahead log"),
    ("lru", "least recently used"),
    ("lfu", "least frequently used"),
    ("lww", "last write wins", "last writer wins"),
    ("virtual node", "vnode"),
    ("dlq", "dead letter queue"),
    ("sla", "service level agreement"),
    ("slo", "service level objective"),
    ("nosql", "no sql"),
    ("timeout", "time out"),
    ("fail over", "failover"),
    ("hot spot", "hotspot"),
    ("data center", "datacenter"),
    ("base62", "base 62"),
    ("fail", "go down", "goes away"),
    ("retry", "try again"),
    ("lookup", "look up"),
    ("email", "e mail"),
    ("discard", "throw away"),
    ("idempotent", "idempotency"),
    ("autocomplete", "auto complete"),
    ("dead letter", "dlq"),
    ("websocket", "web socket"),
    ("round trip", "roundtrip"),
    ("read only", "readonly"),
)

# Labels that make a statement of what follows: "out of scope: accounts, billing".
STATEMENT_LABELS = (
    "out of scope",
    "not in scope",
    "left out",
    "in scope",
    "assumption",
    "assumptions",
    "functional",
    "non functional",
    "functional requirements",
    "non functional requirements",
    "requirements",
    "in short",
    "in summary",
    "to sum up",
    "to summarize",
    "to summarise",
    "to recap",
    "summary",
    "recap",
    "bottleneck",
    "bottlenecks",
    "api",
    "schema",
    "data model",
    "out",
    "excluded",
    "excluded on purpose",
    "not doing",
    "not part of this",
    "must have",
    "must haves",
    "unproven",
    "risk",
    "risks",
)

# A sentence that begins with one of these speaks about the one before.
LINKS = word_set(
    "this that these those it its they them so because otherwise therefore hence thus such instead"
)

# Nouns that SAME_WORD brings to a verb.
VERBAL_NOUNS = word_set(
    "expiry expiries loss failure failures death replica replicas ack acks dead indices indexes"
)
# Verbs that are as often nouns: "more writes" is no clause.
NOUNS_TOO = word_set(
    "read write call change share update match limit return walk run need use show look turn mark"
    " issue offer request reply check cover cut drain drop end fall fill find fit force gain help"
    " hold keep lag last live measure move notice open own pass pay pick place push pull reach"
    " repair repeat replay result resume retry save set shift sit slow spread start stay stop"
    " supply support switch talk test touch travel treat trim try upgrade vary wait wake warm waste"
)

# Numbers that are written out; "one" and "two" are said of anything.
NUMBER_WORDS = word_set(
    "three four five six seven eight nine ten eleven twelve fifteen sixteen twenty thirty forty"
    " fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions"
    " billion billions trillion dozen half third quarter fifth tenth twice double doubles triple"
    " thrice tenfold twentieth hundredth thousandth percent"
)

REASONS = word_set(
    "because so since therefore thus hence otherwise why means mean meaning lets allows"
)
REASON_PHRASES = (
    "in order to",
    "due to",
    "as a result",
    "that way",
    "this way",
    "for the sake",
    "the reason",
    "to avoid",
    "to keep",
    "to prevent",
    "to protect",
)
NOT_A_REASON_AFTER_SO = word_set("many much far few little long on called forth")

ALTERNATIVES = (
    "instead of",
    "rather than",
    "as opposed to",
    "compared with",
    "compared to",
    "in exchange for",
    "at the cost of",
    "at the price of",
    "trade off",
    "trade offs",
    "trades",
    "versus",
    "vs",
    "unlike",
    "whereas",
)
# "than" compares options, unless it compares with an amount: "more than 100 requests".
AMOUNTS_AFTER_THAN = word_set("about one two three four five ten half that this")
AMOUNTS_AFTER_A = word_set(
    "hundred thousand million billion trillion dozen few minute hour day week month year"
)
CHOOSING_STEMS = word_list("choose prefer pick favour favor select choice preference")

FAILURE_STEMS = word_list(
    "fail crash die outage unavailable unreachable restart corrupt lose kill disconnect overload"
)
CONDITIONS = word_set(
    "because since if when while whenever once after during even until despite without unless"
    " should survive survives tolerates tolerate through"
)

FAILING_BEFORE_DOWN = word_set("is are was were goes go went going be being")
# A partition is a failure of the network; "partitioned by code" is a way to store a table.
PARTITIONS = word_set("partition partitions")
BEFORE_PARTITIONS = word_set("network net during under despite")

# What nobody wants. Turning these down is a goal of the design, not a rejection:
# "no single point of failure", "without losing a write", "codes must not collide".
HARM_STEMS = word_list(
    "lose collide collision fail downtime outage duplicate conflict race stale hotspot"
    " bottleneck guess guessable leak block wait lock drop error overload stampede abuse starve"
    " skew gap break slow hurt harm miss delay stall crash die corrupt overflow exceed overwhelm"
    " risk problem penalty surprise exhaust stop overwrite forget worry matter vanish disappear"
    " suffer overrun drift herd thunder storm flood contention deadlock"
)

# "We do not need": whatever follows is turned down, harm or not.
NEEDING_STEMS = word_list(
    "need use require add deploy introduce bother consider include build implement buy adopt"
)
# After "we must not" and its like, only these verbs and those above turn their object down.
REJECTING_STEMS = word_list("want have keep put choose pick run rely store go see justify help")

NEGATORS = word_set(
    "not never cannot don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't"
    " wouldn't shouldn't mustn't haven't hasn't"
)
RULE_GIVERS = word_set("must should may can could might cannot can't couldn't shouldn't mustn't")
FALSE_NEGATIONS = word_set(
    "only just merely necessarily always all every everything enough until unless more less"
    " fewer later yet sure both simply"
)
FALSE_AFTER_NO = word_set("two more less fewer later matter doubt other one different single hot")
CONTRASTS = word_set("but however instead only rather yet except")
CLAUSE_WORDS = CONTRASTS | word_set(
    "because since so which although though while whereas when if unless until therefore hence"
    " thus then otherwise before"
)
MEANS = word_set("by using through with via")  # "avoid collisions by asking the store"
UNDER_CONDITION = word_set("if when whenever whether unless while until should once")
NOT_NEEDED = word_set(
    "unnecessary overkill pointless useless superfluous unneeded excessive premature"
)
NOT_NEEDED_AFTER_NOT = word_set(
    "needed necessary required used worth helpful useful option wanted part"
)
