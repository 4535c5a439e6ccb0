//! The words between the tags of HTML or XML. For the search only: nothing of it is ever shown as
//! markup, so it is read roughly, in one pass, whatever it is.

/// Longest name of a character.
const MAX_NAME: usize = 10;

/// The words, at most `most` bytes of them; `true` if there are more.
pub(crate) fn words(text: &str, most: usize) -> (String, bool) {
    let mut out = Plain { text: String::with_capacity(text.len().min(most)), most, cut: false };
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        out.put(before);
        if out.cut {
            break;
        }
        rest = if from.starts_with('<') { tag(from, &mut out) } else { character(from, &mut out) };
    }
    out.put(rest);
    (out.text.trim_end().to_owned(), out.cut)
}

struct Plain {
    text: String,
    most: usize,
    cut: bool,
}

impl Plain {
    /// Adds words; any space is one blank.
    fn put(&mut self, text: &str) {
        // A place where a word may be parted is no sign.
        for c in text.chars().filter(|c| *c != '\u{ad}') {
            if c.is_whitespace() || c.is_control() {
                self.space();
                continue;
            }
            if self.text.len() + c.len_utf8() > self.most {
                self.cut = true;
                return;
            }
            self.text.push(c);
        }
    }

    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') && self.text.len() < self.most {
            self.text.push(' ');
        }
    }
}

/// Elements inside which there is nothing for people.
const SILENT: [&str; 2] = ["script", "style"];
/// Elements that do not end a word.
const INSIDE_WORDS: [&str; 10] =
    ["b", "i", "u", "em", "sub", "sup", "span", "font", "strong", "wbr"];

/// What comes after a tag. A sign that begins none is text.
fn tag<'a>(from: &'a str, out: &mut Plain) -> &'a str {
    let inside = from.get(1..).unwrap_or_default();
    let closing = inside.strip_prefix('/');
    let named = closing.unwrap_or(inside);
    if let Some(comment) = inside.strip_prefix("!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    if !named.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?')) {
        out.put("<");
        return inside;
    }
    let end = named.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(named.len());
    let name = named.get(..end).unwrap_or_default();
    let is = |names: &[&str]| names.iter().any(|each| each.eq_ignore_ascii_case(name));
    if !is(&INSIDE_WORDS) {
        out.space();
    }
    let Some((_, after)) = inside.split_once('>') else { return "" };
    if closing.is_none() && is(&SILENT) { past_end_of(name, after) } else { after }
}

/// What comes after the end of an element, whose content is no markup.
fn past_end_of<'a>(name: &str, text: &'a str) -> &'a str {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("</") {
        let found = after.get(..name.len());
        if found.is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return after.split_once('>').map_or("", |(_, rest)| rest);
        }
        rest = after;
    }
    ""
}

/// What comes after a character that is written as a name or number. Without a known name the sign is text.
fn character<'a>(from: &'a str, out: &mut Plain) -> &'a str {
    let inside = from.get(1..).unwrap_or_default();
    let end = inside.bytes().take(MAX_NAME).position(|byte| byte == b';');
    let written = end.and_then(|end| Some((inside.get(..end)?, inside.get(end + 1..)?)));
    let Some((c, rest)) = written.and_then(|(name, rest)| Some((named(name)?, rest))) else {
        out.put("&");
        return inside;
    };
    out.put(c.encode_utf8(&mut [0; 4]));
    rest
}

fn named(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    NAMED.iter().find(|(each, _)| *each == name).map(|(_, c)| *c)
}

/// Names that letters in the languages of Western Europe are written with.
const NAMED: [(&str, char); 92] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("shy", '\u{ad}'),
    ("Agrave", 'À'),
    ("Aacute", 'Á'),
    ("Acirc", 'Â'),
    ("Atilde", 'Ã'),
    ("Auml", 'Ä'),
    ("Aring", 'Å'),
    ("AElig", 'Æ'),
    ("Ccedil", 'Ç'),
    ("Egrave", 'È'),
    ("Eacute", 'É'),
    ("Ecirc", 'Ê'),
    ("Euml", 'Ë'),
    ("Igrave", 'Ì'),
    ("Iacute", 'Í'),
    ("Icirc", 'Î'),
    ("Iuml", 'Ï'),
    ("ETH", 'Ð'),
    ("Ntilde", 'Ñ'),
    ("Ograve", 'Ò'),
    ("Oacute", 'Ó'),
    ("Ocirc", 'Ô'),
    ("Otilde", 'Õ'),
    ("Ouml", 'Ö'),
    ("Oslash", 'Ø'),
    ("Ugrave", 'Ù'),
    ("Uacute", 'Ú'),
    ("Ucirc", 'Û'),
    ("Uuml", 'Ü'),
    ("Yacute", 'Ý'),
    ("THORN", 'Þ'),
    ("szlig", 'ß'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("atilde", 'ã'),
    ("auml", 'ä'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("igrave", 'ì'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("eth", 'ð'),
    ("ntilde", 'ñ'),
    ("ograve", 'ò'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("otilde", 'õ'),
    ("ouml", 'ö'),
    ("oslash", 'ø'),
    ("ugrave", 'ù'),
    ("uacute", 'ú'),
    ("ucirc", 'û'),
    ("uuml", 'ü'),
    ("yacute", 'ý'),
    ("thorn", 'þ'),
    ("yuml", 'ÿ'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("ordf", 'ª'),
    ("ordm", 'º'),
    ("deg", '°'),
    ("micro", 'µ'),
    ("plusmn", '±'),
    ("middot", '·'),
    ("times", '×'),
    ("le", '≤'),
    ("ge", '≥'),
    ("euro", '€'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::words;

    #[test]
    fn what_stands_between_the_tags_is_words() {
        for (html, plain) in [
            ("<p>one</p><p>two</p>", "one two"),
            ("H<sub>2</sub>O <b>is</b> water", "H2O is water"),
            ("Gr&uuml;&szlig;e &#38; K&#xfc;sse", "Grüße & Küsse"),
            ("HbA1c < 7 % &lt; 8 & more; a&b", "HbA1c < 7 % < 8 & more; a&b"),
            ("<style>p { color: red }</style>a<SCRIPT>x</x>y</script >b", "a b"),
            ("a<!-- not > this -->b<br>c<", "ab c<"),
            ("<!DOCTYPE html><?xml version='1.0'?><a:b c='d'/>e", "e"),
            ("a<style>never ends", "a"),
            ("a <b never ends", "a"),
        ] {
            assert_eq!(words(html, 1000), (plain.to_owned(), false), "{html}");
        }
        assert_eq!(words("<i>eins</i> zwei", 6), ("eins z".to_owned(), true));
        assert_eq!(words("ab<i>\n</i>", 2), ("ab".to_owned(), false));
    }

    proptest! {
        #[test]
        fn any_text_has_words_within_bounds(text in "[<>&;/a-z#x0-9! ü-]{0,200}", most in 0usize..50) {
            let (words, cut) = words(&text, most);
            prop_assert!(words.len() <= most);
            prop_assert!(cut || words.len() <= text.len());
        }
    }
}
