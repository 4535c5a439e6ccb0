//! Finding one's way in a clinical document.

use std::collections::HashMap;

use roxmltree::Document;

/// An element.
pub(super) type Node<'a> = roxmltree::Node<'a, 'a>;

/// Extensions of HL7 to CDA, by their namespace.
const SDTC: &str = "urn:hl7-org:sdtc";

/// The child elements of a name, those of CDA itself.
pub(super) fn children<'a>(node: Node<'a>, name: &'a str) -> impl Iterator<Item = Node<'a>> {
    node.children().filter(move |child| {
        child.is_element()
            && child.tag_name().name() == name
            && child.tag_name().namespace() != Some(SDTC)
    })
}

/// The first child element of a name.
pub(super) fn child<'a>(node: Node<'a>, name: &'a str) -> Option<Node<'a>> {
    children(node, name).next()
}

/// The first child element of a name among HL7's extensions.
pub(super) fn sdtc<'a>(node: Node<'a>, name: &str) -> Option<Node<'a>> {
    node.children().find(|child| {
        child.is_element()
            && child.tag_name().name() == name
            && child.tag_name().namespace() == Some(SDTC)
    })
}

/// The element at a path of first children.
pub(super) fn at<'a>(node: Node<'a>, path: &[&'a str]) -> Option<Node<'a>> {
    path.iter().try_fold(node, |node, name| child(node, name))
}

/// An attribute, unless it is empty.
pub(super) fn attribute<'a>(node: Node<'a>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.name() == name && attribute.namespace().is_none())
        .map(|attribute| attribute.value().trim())
        .filter(|value| !value.is_empty())
}

/// The type that `xsi:type` gives, without its prefix.
pub(super) fn type_of(node: Node<'_>) -> Option<&str> {
    let written = node.attributes().find(|attribute| {
        attribute.name() == "type"
            && attribute.namespace() == Some("http://www.w3.org/2001/XMLSchema-instance")
    })?;
    let written = written.value().trim();
    Some(written.rsplit(':').next().unwrap_or(written))
}

/// The reason why there is nothing.
pub(super) fn null_flavor<'a>(node: Node<'a>) -> Option<&'a str> {
    attribute(node, "nullFlavor")
}

/// Whether a statement follows a template.
pub(super) fn is(node: Node<'_>, template: &str) -> bool {
    children(node, "templateId").any(|id| {
        attribute(id, "root").is_some_and(|root| {
            root.strip_prefix("2.16.840.1.113883.10.20.22.4.") == Some(template) || root == template
        })
    })
}

/// Statements of a name that stand in entry relationships, with the kind of the relationship.
pub(super) fn related<'a>(
    node: Node<'a>,
    name: &'a str,
) -> impl Iterator<Item = (Option<&'a str>, Node<'a>)> {
    children(node, "entryRelationship").flat_map(move |relation| {
        let kind = attribute(relation, "typeCode");
        children(relation, name).map(move |statement| (kind, statement))
    })
}

/// The first related statement that follows a template.
pub(super) fn related_as<'a>(node: Node<'a>, name: &'a str, template: &str) -> Option<Node<'a>> {
    related(node, name).map(|(_, statement)| statement).find(|statement| is(*statement, template))
}

/// The code of an element `code`, `value`, …
pub(super) fn code_of<'a>(node: Node<'a>, name: &'a str) -> Option<&'a str> {
    attribute(child(node, name)?, "code")
}

/// Elements that narrative gives an id, to which entries refer.
pub(super) fn named<'a>(document: &'a Document<'a>) -> HashMap<&'a str, Node<'a>> {
    let mut named = HashMap::new();
    for node in document.descendants().filter(Node::is_element) {
        if let Some(id) = attribute(node, "ID") {
            named.entry(id).or_insert(node);
        }
    }
    named
}

/// Longest text taken from one element.
const MAX_TEXT: usize = 256 << 10;

/// The words in an element, white space joined.
pub(super) fn words(node: Node<'_>) -> String {
    let mut out = String::new();
    for text in node.descendants().filter(Node::is_text).filter_map(|text| text.text()) {
        for word in text.split_whitespace() {
            if out.len() + word.len() > MAX_TEXT {
                return out;
            }
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out
}
