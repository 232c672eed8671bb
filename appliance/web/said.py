"""What scripts say, in one language: a browser fetches it once for all pages."""

import json

from appliance.web.words import Words


def said(words: Words, waits: str) -> bytes:
    """Write the script that lays the words on the page's body; `waits` are the deeds that may wait on a tablet."""
    told = {
        "waits": waits,
        "sayFailed": words("That did not work. Number for the helper:"),
        "sayUnsent": words("The box did not answer. Nothing was sent; try again."),
        "sayDraft": words("What you typed last time is back."),
        "sayDiscard": words("Start afresh"),
        "sayEverything": words("Choose all that fit"),
        "sayNews": words("{count} new"),
        "sayPrev": words("The one before"),
        "sayNext": words("The one after"),
        "sayLost": words("The box does not answer. This waits until it is back."),
        "sayTyped": words("The box does not answer. What you typed stays here; send it once it is back."),
        "sayKept": words("Kept on this tablet. It goes by itself once the box is back."),
        "saySent": words("{count} that waited went to the box."),
        "sayWaiting": words("{count} wait to be sent."),
        "sayBadge": words("Waiting:"),
        "sayChoose": words("Choose"),
        "linkFresh": words("Up to date"),
        "linkBusy": words("Catching up"),
        "linkOff": words("No internet, waiting: {count}"),
        "linkLost": words("The box does not answer"),
    }
    return f"Object.assign(document.body.dataset,{json.dumps(told, ensure_ascii=False)})".encode()
