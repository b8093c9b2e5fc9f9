//! The thyroid, low and high.

use super::*;

// rule 8/thyroid-low-above-10: speaks
// rule 8/thyroid-low-above-10: silent
#[test]
fn a_tsh_above_ten_is_flagged_and_one_of_ten_is_not() {
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 10.1, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 10.0, 20)])), None);
}

// rule 8/thyroid-low-latest-wins: speaks
// rule 8/thyroid-low-latest-wins: silent
#[test]
fn the_newest_tsh_wins() {
    assert_eq!(of("thyroid-low", labs(&[(Tsh, 12.0, 200), (Tsh, 3.0, 20)])), Some((Clear, false, Line)));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 3.0, 200), (Tsh, 12.0, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 12.0, 365)])), Some(Alongside));
    assert_eq!(of("thyroid-low", labs(&[(Tsh, 12.0, 366)])).map(|found| found.0), Some(NotChecked));
    let told = label("thyroid-low", labs(&[(Tsh, 12.0, 366)]));
    assert_eq!(told, "no TSH within 365 days, last TSH 12 mIU/L on 2025-03-01");
}

// rule 8/thyroid-low-twice: speaks
// rule 8/thyroid-low-twice: silent
#[test]
fn a_mildly_high_tsh_counts_when_repeated_after_six_weeks() {
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.6, 62), (Tsh, 4.6, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.6, 61), (Tsh, 4.6, 20)])), None);
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.5, 62), (Tsh, 4.6, 20)])), None);
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 5.0, 90), (Tsh, 3.0, 60), (Tsh, 5.0, 20)])), None, "a normal one between");
}

// rule 8/thyroid-low-once: speaks
// rule 8/thyroid-low-once: silent
#[test]
fn one_mildly_high_tsh_is_a_line_to_repeat_it() {
    assert!(has_note("tsh-repeat", labs(&[(Tsh, 4.6, 20)])));
    assert!(!has_note("tsh-repeat", labs(&[(Tsh, 4.5, 20)])));
    assert_eq!(of("thyroid-low", labs(&[(Tsh, 4.6, 20)])), None, "neither present nor clear");
}

// rule 8/thyroid-low-with-low-t4: speaks
// rule 8/thyroid-low-with-low-t4: silent
#[test]
fn a_mildly_high_tsh_counts_with_low_free_t4_by_the_results_own_range() {
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.6, 20), (FreeT4, 0.79, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.6, 20), (FreeT4, 0.8, 20)])), None);
    let own = |limit| {
        move |record: &mut Chart| {
            record.measurements = vec![lab(Tsh, 4.6, 20), Measurement { lower_limit: Some(limit), ..lab(FreeT4, 0.85, 20) }];
        }
    };
    assert_eq!(weight("thyroid-low", own(0.9)), Some(Alongside));
    assert_eq!(weight("thyroid-low", own(0.85)), None);
}

// rule 8/thyroid-low-treat-first: speaks
// rule 8/thyroid-low-treat-first: silent
#[test]
fn overt_and_untreated_hypothyroidism_is_treated_first() {
    assert_eq!(of("thyroid-low", labs(&[(Tsh, 12.4, 20), (FreeT4, 0.6, 20)])), Some((Present, false, TreatFirst)));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 12.4, 20), (FreeT4, 0.9, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 10.0, 20), (FreeT4, 0.6, 20)])), Some(Alongside));
    let told = label("thyroid-low", labs(&[(Tsh, 12.4, 20), (FreeT4, 0.6, 20)]));
    assert_eq!(told, "TSH 12.4 mIU/L on 2026-02-10, low free T4 0.6 ng/dL on 2026-02-10");
}

// rule 8/thyroid-low-treated: speaks
// rule 8/thyroid-low-treated: silent
#[test]
fn treated_thyroid_disease_is_present_and_treated() {
    let taken = || both(labs(&[(Tsh, 12.4, 20), (FreeT4, 0.6, 20)]), taking("levothyroxine", 0.1, 60));
    assert_eq!(of("thyroid-low", taken()), Some((Present, true, Alongside)));
    let normal = || both(labs(&[(Tsh, 2.0, 20)]), with_code(ConditionGroup::ContributorThyroid, 800));
    assert_eq!(of("thyroid-low", both(normal(), taking("levothyroxine", 0.1, 60))), Some((Present, true, Alongside)));
    assert_eq!(of("thyroid-low", normal()), Some((Clear, false, Line)), "without a hormone the newest TSH wins");
    let t3 = both(labs(&[(Tsh, 2.0, 20)]), taking("liothyronine", 0.025, 60));
    assert_eq!(of("thyroid-low", t3), Some((Clear, false, Line)), "T3 may be an augmentation");
    let text = changed("levothyroxine", 0.1, 60, |record| record.medicine.recognition = Recognition::Text);
    assert_eq!(of("thyroid-low", both(labs(&[(Tsh, 12.4, 20)]), text)), Some((Present, false, Alongside)), "text alone treats nothing");
}

// rule 8/thyroid-code-without-tsh: speaks
// rule 8/thyroid-code-without-tsh: silent
#[test]
fn a_thyroid_code_without_a_tsh_of_the_year_is_due_one() {
    let code = || with_code(ConditionGroup::ContributorThyroid, 800);
    assert_eq!(weight("thyroid-low", code()), Some(Alongside));
    assert!(label("thyroid-low", code()).starts_with("TSH due"));
    assert_eq!(weight("thyroid-low", both(code(), labs(&[(Tsh, 2.0, 365)]))), None);
    assert_eq!(weight("thyroid-low", both(code(), labs(&[(Tsh, 2.0, 366)]))), Some(Alongside));
    let high = |record: &mut Chart| {
        let mut hyper = self::code(ConditionGroup::ContributorThyroid, 800);
        hyper.groups = hyper.groups.with(ConditionGroup::ContributorThyroidHigh);
        record.conditions.push(hyper);
    };
    assert_eq!(weight("thyroid-high", high), Some(Alongside));
    assert_eq!(weight("thyroid-low", high), None);
    assert_eq!(weight("thyroid-high", both(high, not_had(Kind::Observations, Extent::Partial))), None, "a TSH may have been lost");
    assert_eq!(of("thyroid-low", both(code(), not_had(Kind::Observations, Extent::Partial))), None, "a TSH may have been lost");
}

// rule 8/thyroid-high-suppressed: speaks
// rule 8/thyroid-high-suppressed: silent
// rule 8/thyroid-high-with-high-t4-or-t3: speaks
// rule 8/thyroid-high-with-high-t4-or-t3: silent
#[test]
fn a_low_tsh_counts_with_high_free_hormone_or_when_suppressed() {
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.09, 20)])), Some(TreatFirst));
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.1, 20)])), None);
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.39, 20), (FreeT4, 1.9, 20)])), Some(TreatFirst));
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.39, 20), (FreeT4, 1.8, 20)])), None);
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.4, 20), (FreeT4, 1.9, 20)])), None);
    let t3 = |value| {
        move |record: &mut Chart| {
            record.measurements = vec![lab(Tsh, 0.3, 20), Measurement { upper_limit: Some(4.2), ..lab(FreeT3, value, 20) }];
        }
    };
    assert_eq!((weight("thyroid-high", t3(4.3)), weight("thyroid-high", t3(4.2))), (Some(TreatFirst), None));
    assert!(has_note("tsh-low", labs(&[(Tsh, 0.3, 20)])), "not judged without free T4 and T3, and never clear for it");
}

// rule 8/thyroid-high-on-levothyroxine: speaks
// rule 8/thyroid-high-on-levothyroxine: silent
#[test]
fn a_mildly_low_tsh_on_levothyroxine_is_a_line_about_its_dose() {
    let on = |tsh| both(labs(&[(Tsh, tsh, 20), (FreeT4, 1.9, 20)]), taking("levothyroxine", 0.1, 60));
    assert_eq!(weight("thyroid-high", on(0.2)), Some(Line));
    assert_eq!(weight("thyroid-high", on(0.09)), Some(TreatFirst));
    assert!(label("thyroid-high", on(0.2)).contains("levothyroxine is taken"));
}
