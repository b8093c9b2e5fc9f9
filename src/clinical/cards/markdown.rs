//! GitHub-flavoured Markdown without HTML: what a card's detail is written in.
//!
//! Clients differ: some pass HTML through, some turn single line ends into spaces, `~` strikes out, what stands between `$` is taken for
//! mathematics, bare addresses become links.
//! So text of the record loses its meaning as Markup before it stands in a card, and blocks are always a blank line apart.

use std::borrow::Cow;

/// The longest text of the record that a card repeats, in characters.
const LONGEST: usize = 120;

/// Characters that mean something in the middle of a line.
const INLINE: &str = r"\`*_~[]<>|&$";

/// Characters that mean something at the head of a line only. What closes a link or an image means nothing without its bracket.
const HEAD: &str = "#+-=";

/// Text of the record: one line, no markup, no links, no characters that turn or hide what follows, at most 120 characters.
pub fn escape_markdown(text: &str) -> String {
    let flat = shortened(&one_line(text), LONGEST);
    let digits = flat.bytes().take_while(u8::is_ascii_digit).count();
    // "1." and "1)" at the head begin a numbered list
    let at = if digits > 0 && flat[digits..].starts_with(['.', ')']) {
        Some(digits)
    } else {
        flat.starts_with(|c| HEAD.contains(c)).then_some(0)
    };
    match at {
        Some(at) => format!("{}\\{}", &flat[..at], &flat[at..at + 1]) + &inline(&flat[at + 1..]),
        None => inline(&flat).into_owned(),
    }
}

/// Text of our own tables: kept as it is but for what would be taken for markup in the middle of a line.
pub(super) fn inline(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(is_inline) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    push_inline(&mut out, text);
    Cow::Owned(out)
}

/// The same at the end of a text.
pub(super) fn push_inline(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_inline) {
        out.push_str(&rest[..at]);
        out.push('\\');
        // every special character is one byte
        out.push_str(&rest[at..=at]);
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

const fn is_inline(byte: u8) -> bool {
    IS_INLINE[byte as usize]
}

/// [`INLINE`] by byte.
const IS_INLINE: [bool; 256] = {
    let mut is_inline = [false; 256];
    let mut at = 0;
    while at < INLINE.len() {
        is_inline[INLINE.as_bytes()[at] as usize] = true;
        at += 1;
    }
    is_inline
};

/// The text cut at a word, with an ellipsis, if it is longer than so many characters.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let cut: String = text.chars().take(longest.saturating_sub(1)).collect();
    let at_word = cut.rfind(' ').filter(|at| *at * 2 > cut.len()).unwrap_or(cut.len());
    format!("{}…", cut[..at_word].trim_end_matches([' ', ',', ';', ':', '-']))
}

/// Text of the record without control characters and without characters that hide what follows or turn its direction.
pub fn visible_text(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect()
}

fn one_line(text: &str) -> String {
    let unlinked = visible_text(text).replace("://", ": //").replace('@', " at ");
    let words: Vec<&str> = unlinked.split(' ').filter(|word| !word.is_empty()).collect();
    // an address that begins with "www." becomes a link by itself
    words
        .iter()
        .map(|word| if word.to_ascii_lowercase().starts_with("www.") { word.replacen('.', " .", 1) } else { (*word).to_owned() })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Characters without a shape of their own, which hide text or turn its direction.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// A text in blocks, each a blank line from the next.
#[derive(Debug, Default)]
pub(super) struct Markdown(Vec<String>);

impl Markdown {
    /// A paragraph; an empty one is none.
    pub(super) fn paragraph(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.0.push(text);
        }
    }

    /// A list under its heading; nothing where it has no items.
    pub(super) fn list(&mut self, heading: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        if !heading.is_empty() {
            self.0.push(format!("**{heading}**"));
        }
        let mut list = String::with_capacity(items.iter().map(|item| item.len() + "- \n".len()).sum());
        for (place, item) in items.iter().enumerate() {
            list.push_str(if place == 0 { "- " } else { "\n- " });
            list.push_str(item);
        }
        self.0.push(list);
    }

    /// The whole text.
    pub(super) fn text(self) -> String {
        self.0.join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_of_the_record_is_text() {
        assert_eq!(escape_markdown("5~10 mg | *now* <b>"), r"5\~10 mg \| \*now\* \<b\>");
        assert_eq!(escape_markdown("a\r\n\n# b\u{202E}c"), "a # bc", "one line, so that no heading begins");
        assert_eq!(escape_markdown("# a"), r"\# a");
        assert_eq!(escape_markdown("- a"), r"\- a");
        assert_eq!(escape_markdown("12. a"), r"12\. a");
        assert_eq!((escape_markdown(". a"), escape_markdown(") a")), (". a".to_owned(), ") a".to_owned()), "no number stands before it");
        assert_eq!(escape_markdown("written 2025-03-01 (sertraline 50)"), "written 2025-03-01 (sertraline 50)");
        assert_eq!(
            escape_markdown("see http://x.example or www.x.example, a@b.example"),
            "see http: //x.example or www .x.example, a at b.example"
        );
    }

    #[test]
    fn dates_and_ranges_of_our_tables_stay_readable() {
        assert_eq!(inline("2-15 mg/day, 2026-03-02 (>= 4 weeks)"), r"2-15 mg/day, 2026-03-02 (\>= 4 weeks)");
    }

    #[test]
    fn long_text_is_cut_at_a_word() {
        assert_eq!(shortened("one two three", 9), "one two…");
        assert_eq!(shortened("one two", 7), "one two");
        assert_eq!(shortened("onetwothree", 5), "onet…");
        assert_eq!(shortened("one twothree", 9), "one twot…", "a word that begins in the first half is cut itself");
        assert_eq!(shortened("four fivesix", 9), "four fiv…", "so is one in the middle");
        assert_eq!(shortened("fiver sixseven", 9), "fiver…");
    }

    /// Text that looks like markup more often than chance would have it.
    fn hostile() -> impl Strategy<Value = String> {
        let markup = proptest::sample::select(vec![
            "[a](https://x.example)",
            "![a](x)",
            "<b>",
            "</script>",
            "<https://x.example>",
            "`",
            "```",
            "**",
            "__",
            "~~",
            "|",
            "- ",
            "+ ",
            "1. ",
            "2) ",
            "# ",
            "> ",
            "---",
            "===",
            "\n",
            "\r\n",
            "\t",
            "    ",
            "\\",
            "&amp;",
            "&#60;",
            "[^1]",
            "[^1]: ",
            "- [ ] ",
            "[[w]]",
            "$x$",
            "$$",
            "^a^",
            ":::",
            "{#id}",
            "www.x.example",
            "https://",
            "a@b.example",
            "\u{202E}",
            "\u{200B}",
            "+++\n",
            ": a",
            "=",
            "-",
            "!",
            "[",
            "]",
            "(",
            ")",
            "<",
            ">",
            "_",
            "*",
        ]);
        let part = prop_oneof![markup.prop_map(str::to_owned), "[a-z0-9 .]{0,6}", any::<String>()];
        proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn no_special_character_of_the_record_stands_unescaped(text in any::<String>()) {
            let mut escape = false;
            for c in escape_markdown(&text).chars() {
                prop_assert!(!c.is_control() && !is_hidden(c));
                prop_assert!(escape || !INLINE.contains(c) || c == '\\');
                escape = !escape && c == '\\';
            }
            prop_assert!(!escape, "ends in the middle of an escape");
        }

        /// As a reader of Markdown sees it, with all that GitHub's knows and more: a paragraph of text. `^` alone is let be, which none raises
        /// that a client was seen to use, and units are full of.
        #[test]
        fn a_reader_of_markdown_finds_text_and_nothing_else(text in hostile()) {
            use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
            for written in [escape_markdown(&text), format!("- {}", escape_markdown(&text)), format!("a {} b", escape_markdown(&text))] {
                for event in Parser::new_ext(&written, Options::all() - Options::ENABLE_SUPERSCRIPT) {
                    let is_text = matches!(event, Event::Text(_) | Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph));
                    let of_the_list = matches!(event, Event::Start(Tag::List(None) | Tag::Item) | Event::End(TagEnd::List(false) | TagEnd::Item));
                    prop_assert!(is_text || (of_the_list && written.starts_with("- ")), "{written:?}: {event:?}");
                }
            }
        }

        #[test]
        fn text_of_the_record_is_never_long(text in any::<String>()) {
            prop_assert!(escape_markdown(&text).chars().count() <= 2 * LONGEST);
        }

        #[test]
        fn nothing_is_cut_longer_than_asked(text in any::<String>(), longest in 1_usize..40) {
            prop_assert!(shortened(&text, longest).chars().count() <= longest);
        }
    }
}
