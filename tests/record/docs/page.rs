//! A page of Markdown: what can be linked to, what it links to, and its blocks of code.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::block::Block;

/// A text of a page and its line.
pub struct Text {
    pub line: usize,
    pub text: String,
}

/// What a page holds.
#[derive(Default)]
pub struct Page {
    /// The headings as GitHub names them, and anchors that were set by hand.
    pub anchors: Vec<String>,
    /// Targets of links and pictures.
    pub links: Vec<Text>,
    /// What stands between backticks.
    pub code: Vec<Text>,
    pub blocks: Vec<Block>,
}

impl Page {
    pub fn read(source: &str) -> Page {
        let mut page = Page::default();
        // a comment right above the next block
        let mut comment: Option<String> = None;
        let mut heading: Option<String> = None;
        let mut block: Option<Block> = None;
        let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES;
        for (event, place) in Parser::new_ext(source, options).into_offset_iter() {
            let line = 1 + source[..place.start].matches('\n').count();
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => page.anchor(&slug(&heading.take().unwrap_or_default())),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(Text { line, text: dest_url.into_string() });
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    page.anchors.extend(set_by_hand(&html));
                    let inside = html.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
                    comment = inside.map(|text| text.trim().to_owned());
                    continue;
                }
                Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => continue,
                Event::Start(Tag::CodeBlock(kind)) => {
                    let language = match kind {
                        CodeBlockKind::Fenced(word) => Some(word.split_whitespace().next().unwrap_or_default().to_owned()),
                        CodeBlockKind::Indented => None,
                    };
                    block = Some(Block { line, language, comment: comment.take(), text: String::new() });
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
                Event::Code(code) => {
                    heading.iter_mut().for_each(|heading| heading.push_str(&code));
                    page.code.push(Text { line, text: code.into_string() });
                }
                Event::Text(text) => match (&mut block, &mut heading) {
                    (Some(block), _) => block.text.push_str(&text),
                    (None, Some(heading)) => heading.push_str(&text),
                    (None, None) => {}
                },
                _ => {}
            }
            comment = None;
        }
        page
    }

    /// Adds a heading; one that stands again is numbered.
    fn anchor(&mut self, slug: &str) {
        let again = |number: usize| if number == 0 { slug.to_owned() } else { format!("{slug}-{number}") };
        let free = (0..).map(again).find(|name| !self.anchors.contains(name));
        self.anchors.extend(free);
    }
}

/// A heading as GitHub names it in links.
pub fn slug(heading: &str) -> String {
    let kept = |c: char| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    };
    heading.trim().to_lowercase().chars().filter_map(kept).collect()
}

/// The values of `id` and `name` in HTML.
fn set_by_hand(html: &str) -> Vec<String> {
    let values = [" id=\"", " name=\""].into_iter().flat_map(|attribute| html.split(attribute).skip(1));
    values.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}
