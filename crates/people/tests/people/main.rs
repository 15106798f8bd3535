//! People doing things with the people room, on both databases.

mod invitations;
mod leaving;
mod lists;
mod profile;
mod teams;
mod world;
