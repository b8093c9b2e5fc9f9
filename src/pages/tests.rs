//! What holds for every page: text of the record is never markup, the stories can be told, the colours can be told apart.

mod contrast;
mod hostile;

use super::*;

#[test]
fn every_story_that_is_offered_can_be_told_and_none_twice() {
    let names: std::collections::BTreeSet<&str> = stories().map(|story| story.name).collect();
    assert_eq!(names.len(), stories().count());
    assert!(names.len() >= 30, "{}", names.len());
    for story in stories() {
        let case = story.case();
        assert!(!case.who.is_empty() && !case.expect.is_empty(), "{story}");
        assert!(serde_json::from_str::<serde_json::Value>(story.bundle).is_ok(), "{story}");
        assert_eq!(super::story(story.name), Some(story));
    }
    assert_eq!(super::story("no-such-story"), None);
    assert_eq!(super::story("tsh-14-beside-two-failures").expect("there").title(), "TSH 14 beside two failures");
}

#[test]
fn a_page_asks_for_nothing_but_its_own_style_and_script() {
    let page = start(Entry::default(), None);
    let asked: Vec<&str> = page.split(" src=\"").skip(1).chain(page.split("<link ").skip(1)).collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[0].starts_with(SCRIPT_PATH) && asked[1].contains(STYLE_PATH), "{asked:?}");
    for text in [STYLE, SCRIPT, &page] {
        assert!(!text.contains("://") && !text.contains("@import") && !text.contains("style=\""), "{text}");
    }
}
