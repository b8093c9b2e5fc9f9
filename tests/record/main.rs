//! What the record comes to, from outside: worked cases, real records, properties, and the shape of the house.
//!
//! One executable, since each links the whole program.

mod account;
mod architecture;
mod cases;
mod common;
mod decks;
mod durations;
mod fuzz;
mod generated;
mod glossary;
mod growth;
mod hamd;
mod history;
mod mood;
mod properties;
mod rules;
mod security;
mod spoken;
mod stories;
mod tally;
mod valid;
mod watched;
