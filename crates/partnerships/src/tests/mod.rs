//! People doing things with partnerships, on both databases.

mod imports;
mod pages;
mod world;
