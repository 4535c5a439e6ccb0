//! The narrative of a section as the HTML of a few inert elements. Only elements named here are
//! written, without attributes but bounded spans, and all text is escaped, so nothing that acts,
//! loads or leads away gets through: no handler, no link, no picture.

use super::node::{Node, attribute};

/// Most bytes of HTML for one section; what is longer is cut at an element and says so.
const MAX_HTML: usize = 512 << 10;

/// The narrative of a `text` element as a `div`; `None` if it has no words.
pub(super) fn html(text: Node<'_>) -> Option<String> {
    let mut out = Writer { html: String::from("<div>"), cut: false, words: false };
    out.inside(text);
    if out.cut {
        out.html.push_str("<p>…</p>");
    }
    out.html.push_str("</div>");
    out.words.then_some(out.html)
}

struct Writer {
    html: String,
    cut: bool,
    words: bool,
}

impl Writer {
    fn inside(&mut self, node: Node<'_>) {
        for child in node.children() {
            if self.html.len() > MAX_HTML {
                self.cut = true;
                return;
            }
            if child.is_element() {
                self.element(child);
            } else if let Some(text) = child.text().filter(|_| child.is_text()) {
                self.escaped(text);
            }
        }
    }

    fn escaped(&mut self, text: &str) {
        self.words |= !text.trim().is_empty();
        for c in text.chars() {
            match c {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                c if c.is_control() && !c.is_whitespace() => {}
                c => self.html.push(c),
            }
        }
    }

    fn element(&mut self, node: Node<'_>) {
        let name = node.tag_name().name();
        let parent = node.parent_element().map(|parent| parent.tag_name().name());
        match name {
            "br" => self.html.push_str("<br>"),
            "content" => self.wrapped(style(node), node),
            "paragraph" => self.wrapped("p", node),
            "list" => {
                let ordered = attribute(node, "listType") == Some("ordered");
                self.wrapped(if ordered { "ol" } else { "ul" }, node);
            }
            "item" => self.wrapped("li", node),
            "caption" if parent != Some("table") => self.wrapped("b", node),
            "table" | "thead" | "tbody" | "tfoot" | "tr" | "caption" | "sub" | "sup" => {
                self.wrapped(name, node);
            }
            "th" | "td" => self.cell(name, node),
            "footnote" => self.wrapped("small", node),
            // Columns only carry style; a picture or sound is not loaded; marks lead elsewhere.
            "col" | "colgroup" | "renderMultiMedia" | "footnoteRef" => {}
            // A link's words stay, its target does not. The words of a script or style are not words.
            "script" | "style" | "title" | "head" => {}
            _ => self.inside(node),
        }
    }

    fn wrapped(&mut self, tag: &str, node: Node<'_>) {
        self.html.push_str(&format!("<{tag}>"));
        self.inside(node);
        self.html.push_str(&format!("</{tag}>"));
    }

    fn cell(&mut self, tag: &str, node: Node<'_>) {
        self.html.push('<');
        self.html.push_str(tag);
        for span in ["colspan", "rowspan"] {
            let value = attribute(node, span).and_then(|value| value.parse::<u16>().ok());
            if let Some(value) = value.filter(|value| (2..=100).contains(value)) {
                self.html.push_str(&format!(" {span}=\"{value}\""));
            }
        }
        self.html.push('>');
        self.inside(node);
        self.html.push_str(&format!("</{tag}>"));
    }
}

fn style(node: Node<'_>) -> &'static str {
    let styles = attribute(node, "styleCode").unwrap_or_default();
    match styles.split_whitespace().next() {
        Some("Bold") => "b",
        Some("Italics") => "i",
        Some("Underline") => "u",
        _ => "span",
    }
}
