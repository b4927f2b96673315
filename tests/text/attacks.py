"""A short attack list of our own; it stands in where the folder of attack lists is absent.

Each entry runs script in a browser that gets it raw: by itself, without a click.
"""

import json
from pathlib import Path

RUNS_RAW = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1) ",
    "<IMG SRC=x oNeRrOr=alert(1)>",
    '<img/src="x"/onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:parent.alert(1)></iframe>",
    '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    "<iframe onload=alert(1)></iframe>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<video src=x onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<style>@keyframes x{}</style><p style='animation-name:x' onanimationstart=alert(1)>x</p>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>"
    "<img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)>-->",
    "<xmp></xmpx></xmp><img src=x onerror=alert(1)>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<p>新闻<img src='x'onerror='alert(1)'>正文</p>",
)

# What needs a click, another browser or a careless cleaner; none may stay.
SLEEPS = (
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<object data=javascript:parent.alert(1)></object>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="&#106;avascript&colon;alert(1)">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<form action="javascript:alert(1)"><button>x</button></form>',
    '<button formaction="javascript:alert(1)">x</button>',
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<p style="width:expression(alert(1))">x</p>',
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    '<base href="javascript:alert(1)//">',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<img src="x" srcset="javascript:alert(1) 2x">',
    "<p id=location name=cookie>x</p>",
    "<math href='javascript:alert(1)'>x</math>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<s&#99;ript>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<mXSS><p title='</mXSS><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
)

ATTACKS = RUNS_RAW + SLEEPS


def attack_list(folder: Path | None) -> list[str]:
    """The payloads of the attack list in `folder`, and our own; only our own without a folder."""
    lines = (folder / "xss-vectors.jsonl").read_text().splitlines() if folder else []
    return [*ATTACKS, *(json.loads(line)["payload"] for line in lines)]
