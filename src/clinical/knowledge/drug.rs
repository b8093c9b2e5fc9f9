//! Drugs, their products and their names.

use crate::clinical::units::{Form, Ingredient, PackDay, ProductUse, Strength};

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

/// A name found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameMatch {
    /// The ingredient; a brand of two ingredients gives two matches at one place.
    pub ingredient: Ingredient,
    /// Where the name begins in the text, in bytes.
    pub at: usize,
    /// How long the name is, in bytes.
    pub length: usize,
}
