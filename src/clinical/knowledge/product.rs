//! The products of the product tables.

use std::collections::HashMap;

use serde::Deserialize;

use super::cell::Cells;
use super::drug::Drugs;
use super::fault::{Defects, Fault, Place};
use super::index::Index;
use super::raw::{Row, parts};
use super::unverified::is_by_text;
use super::words::Words;
use crate::clinical::units::{DailyDose, Form, Ingredient, PackDay, ProductUse, Strength};

/// A product of the product tables.
#[derive(Debug, Clone)]
pub struct Product {
    /// RxNorm code.
    pub rxcui: &'static str,
    /// RxNorm name.
    pub name: &'static str,
    /// Its ingredients with their strengths a unit. Combinations that count as one drug (dextromethorphan-bupropion) are one
    /// component, counted in tablets; olanzapine-fluoxetine is two. An ingredient the tables have no use for is left out.
    pub components: Vec<(Ingredient, Option<Strength>)>,
    /// Form.
    pub form: Form,
    /// What it may count as.
    pub product_use: ProductUse,
    /// Day by day, for a titration or starter pack.
    pub pack: Vec<PackDay>,
}

/// A row of a product table.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ProductRow {
    rxcui: &'static str,
    name: &'static str,
    drugs: &'static str,
    strengths: &'static str,
    form: &'static str,
    #[serde(rename = "use")]
    product_use: &'static str,
    pack: &'static str,
    confidence: &'static str,
}

/// A word in the name of a product that says what it is for.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ProductMarkRow {
    mark: &'static str,
    drug: &'static str,
    #[serde(rename = "use")]
    product_use: &'static str,
}

/// The marks by which the name of a product that no table has tells its use (`Smoking Cessation 12 HR bupropion ..`).
pub(super) struct ProductMarks(Words<(Ingredient, ProductUse)>);

impl ProductMarks {
    pub fn new(rows: &[Row<ProductMarkRow>], drugs: &Drugs, defects: &mut Defects) -> ProductMarks {
        let mut marks = Vec::with_capacity(rows.len());
        for Row { at, cells: row } in rows {
            let drug = drugs.known(*at, row.drug, defects);
            let mut cells = Cells { at: *at, defects };
            cells.filled("mark", row.mark);
            let product_use = cells.one_of("use", row.product_use, USES);
            marks.extend(drug.zip(product_use).map(|mark_of| (row.mark, mark_of)).filter(|(mark, _)| !mark.is_empty()));
        }
        ProductMarks(Words::new(marks))
    }

    pub fn of(&self, ingredient: Ingredient, text: &str) -> ProductUse {
        let found = self.0.in_text(text);
        let found = found.into_iter().find(|found| found.value.0 == ingredient);
        found.map_or(ProductUse::Ordinary, |found| found.value.1)
    }
}

/// The forms by their words in the tables.
pub(super) const FORMS: &[(&str, Form)] = &[
    ("immediate", Form::Immediate),
    ("extended-release", Form::ExtendedRelease),
    ("weekly", Form::Weekly),
    ("patch", Form::Patch),
    ("liquid", Form::Liquid),
    ("injection", Form::Injection),
    ("topical", Form::Topical),
    ("nasal", Form::Nasal),
    ("unknown", Form::Unknown),
];

const USES: &[(&str, ProductUse)] = &[
    ("ordinary", ProductUse::Ordinary),
    ("never-a-trial", ProductUse::NeverATrial),
    ("needs-depression-code", ProductUse::NeedsDepressionCode),
];

/// Every product by its code.
pub(super) fn products<'a>(
    rows: impl IntoIterator<Item = &'a Row<ProductRow>>,
    drugs: &Drugs,
    defects: &mut Defects,
) -> Index<&'static str, Product> {
    let mut products = Index::default();
    let mut places: HashMap<&'static str, Place> = HashMap::new();
    for Row { at, cells: row } in rows {
        Cells { at: *at, defects }.filled("rxcui", row.rxcui);
        if let Some(first) = places.insert(row.rxcui, *at) {
            defects.add(*at, Fault::Twice { what: format!("product {}", row.rxcui), first: first.to_string() });
        } else if let Some(product) = product(*at, row, drugs, defects).filter(|_| !is_by_text(row.confidence)) {
            products.insert(row.rxcui, product);
        }
    }
    products
}

fn product(at: Place, row: &ProductRow, drugs: &Drugs, defects: &mut Defects) -> Option<Product> {
    let ingredients: Vec<_> = parts(row.drugs).map(|name| drugs.known(at, name, defects)).collect();
    let mut cells = Cells { at, defects };
    cells.filled("drugs", row.drugs);
    let strengths: Vec<_> = parts(row.strengths).map(|text| strength(text, &mut cells)).collect();
    if !strengths.is_empty() && strengths.len() != ingredients.len() {
        cells.fault(Fault::Strengths { drugs: ingredients.len(), strengths: strengths.len() });
    }
    let form = cells.one_of("form", row.form, FORMS);
    let product_use = cells.one_of("use", row.product_use, USES);
    let pack = row.pack.split_whitespace().map(|step| pack_day(step, &mut cells)).collect::<Option<_>>();
    let strengths = strengths.into_iter().chain(std::iter::repeat(None));
    let components =
        ingredients.into_iter().zip(strengths).map(|(ingredient, strength)| Some((ingredient?, strength))).collect::<Option<_>>();
    Some(Product { rxcui: row.rxcui, name: row.name, components: components?, form: form?, product_use: product_use?, pack: pack? })
}

fn strength(text: &'static str, cells: &mut Cells<'_>) -> Option<Strength> {
    let strength = cells.number("strengths", text).map(Strength::from_mg)?;
    if strength.is_none() {
        cells.fault(Fault::NotANumber { column: "strengths", text: text.to_owned() });
    }
    strength
}

/// `7x10`: seven days of 10 mg.
fn pack_day(step: &'static str, cells: &mut Cells<'_>) -> Option<PackDay> {
    let day = step.split_once('x').and_then(|(days, mg)| {
        let days = days.parse().ok().filter(|days| *days > 0)?;
        Some(PackDay { days, dose: DailyDose::from_mg(mg.parse().ok()?)? })
    });
    if day.is_none() {
        cells.fault(Fault::NotANumber { column: "pack", text: step.to_owned() });
    }
    day
}
