// The demo's people, by what they open the program for.

export const PERSONAS = {
  implementer: "Amara Osei",
  supervisor: "Rosalind Quintero",
  director: "Solomon Birch",
  evaluator: "Mei-Lin Hartley",
  designer: "Hana Nakagawa",
  chief: "Theo Baptiste",
  partner: "Denise Oyelaran",
  alumnus: "Harriet Lowell",
  operator: "Everett Yoon",
};

/** The last part of a person's address. */
export const slug = (persona) => PERSONAS[persona].toLowerCase().replaceAll(" ", "-");
