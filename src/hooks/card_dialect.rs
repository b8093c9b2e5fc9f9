//! How a client wants its cards: what it draws, and what it cannot.

use std::borrow::Cow;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

/// How a client wants its cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardDialect {
    /// In which form the detail is sent.
    pub detail: DetailFormat,
    /// Whether drafts are offered; some EHRs take codes of their own alone.
    pub suggestions: bool,
    /// Whether links are sent; some EHRs remove those that are not registered.
    pub links: bool,
    /// Whether reasons to set a card aside are sent.
    pub override_reasons: bool,
}

impl Default for CardDialect {
    fn default() -> CardDialect {
        CardDialect { detail: DetailFormat::Markdown, suggestions: true, links: true, override_reasons: true }
    }
}

/// In which form the detail of a card is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DetailFormat {
    /// GitHub-flavoured Markdown, as CDS Hooks has it.
    #[default]
    Markdown,
    /// Text without marks, for clients that show it as it comes.
    Plain,
    /// HTML, for clients that ask for it by an extension of theirs.
    Html,
}

impl DetailFormat {
    /// The media type that a client has to be told; `None` for what it expects anyway.
    pub(super) const fn content_type(self) -> Option<&'static str> {
        match self {
            DetailFormat::Markdown | DetailFormat::Plain => None,
            DetailFormat::Html => Some("text/html"),
        }
    }

    /// The detail, written in Markdown, in this form.
    pub fn of(self, markdown: &str) -> Cow<'_, str> {
        match self {
            DetailFormat::Markdown => Cow::Borrowed(markdown),
            DetailFormat::Plain => Cow::Owned(plain(markdown)),
            DetailFormat::Html => {
                let mut text = String::with_capacity(2 * markdown.len());
                html::push_html(&mut text, events(markdown));
                Cow::Owned(text)
            }
        }
    }
}

/// Our own Markdown has no HTML, and the record's text is escaped. Should some stand there all the same, it is text.
fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    })
}

/// The words, with a line for each paragraph, item and row.
fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut depth = 0_usize;
    for event in events(markdown) {
        match event {
            Event::Start(Tag::List(_)) => depth += 1,
            Event::End(TagEnd::List(_)) => {
                depth -= 1;
                if depth == 0 {
                    break_line(&mut text, 2);
                }
            }
            Event::Start(Tag::Item) => {
                break_line(&mut text, 1);
                text.push_str(&"  ".repeat(depth.saturating_sub(1)));
                text.push_str("- ");
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Table) => break_line(&mut text, 2),
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                text.truncate(text.trim_end_matches([' ', '|']).len());
                break_line(&mut text, 1);
            }
            Event::End(TagEnd::TableCell) => text.push_str(" | "),
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak => text.push(' '),
            Event::HardBreak => text.push('\n'),
            _ => {}
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// Ends the line, and leaves at least so many line ends.
fn break_line(text: &mut String, ends: usize) {
    if text.is_empty() {
        return;
    }
    let there = text.bytes().rev().take_while(|byte| *byte == b'\n').count();
    text.extend(std::iter::repeat_n('\n', ends.saturating_sub(there)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const DETAIL: &str = "**Suggested: a PHQ-9.**\n\n- one \\<b\\>\n  - two\n\n| Trial | Days |\n|---|---|\n| a | 3 of 4 |\n\n### Details\n\nMore \\*here\\*.";

    #[test]
    fn plain_text_has_the_words_and_no_marks() {
        let plain = DetailFormat::Plain.of(DETAIL);
        assert_eq!(plain, "Suggested: a PHQ-9.\n\n- one <b>\n  - two\n\nTrial | Days\na | 3 of 4\n\nDetails\n\nMore *here*.");
    }

    #[test]
    fn html_is_ours_alone() {
        let html = DetailFormat::Html.of(DETAIL);
        assert!(html.contains("<strong>Suggested: a PHQ-9.</strong>") && html.contains("<td>3 of 4</td>"), "{html}");
        assert!(html.contains("one &lt;b&gt;") && !html.contains("<b>"), "{html}");
        let raw = DetailFormat::Html.of("a <script>alert(1)</script>\n\n<img src=x>\n");
        assert!(!raw.contains("<script") && !raw.contains("<img"), "{raw}");
    }

    #[test]
    fn markdown_goes_out_as_it_is() {
        assert!(matches!(DetailFormat::Markdown.of(DETAIL), Cow::Borrowed(text) if text == DETAIL));
    }
}
