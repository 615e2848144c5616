-- Quotes are learned from what runs and calls really cost. Nothing is added to what a reserve or a settle
-- writes; a run's first reserve writes one more index entry.

-- The newest runs of an agent.
create index runs_agent on tollgate.runs (agent, id);

-- Which options the input of a call chose, such as `model=large`; '' where its price has none. A price has one
-- row per choice, so that an entry says by its price what was chosen.
alter table tollgate.prices add column choice text not null default '';
