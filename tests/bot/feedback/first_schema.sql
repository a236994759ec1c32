CREATE TABLE question (id VARCHAR(32) NOT NULL, asked_at DATETIME NOT NULL, channel VARCHAR(32) NOT NULL,
  asker_hash VARCHAR(64), question VARCHAR NOT NULL, question_chars INTEGER NOT NULL, previous JSON NOT NULL,
  understood VARCHAR NOT NULL, place VARCHAR, province VARCHAR, on_date DATE NOT NULL, status VARCHAR(16) NOT NULL,
  reason VARCHAR(32), detail VARCHAR, latency_ms FLOAT NOT NULL, corpus_version VARCHAR NOT NULL,
  documents INTEGER NOT NULL, provisions INTEGER NOT NULL, candidates JSON NOT NULL, state VARCHAR(16) NOT NULL,
  CONSTRAINT pk_question PRIMARY KEY (id));
CREATE INDEX ix_question_asked_at ON question (asked_at);
CREATE INDEX ix_question_state_asked_at ON question (state, asked_at);
CREATE INDEX ix_question_status_asked_at ON question (status, asked_at);
CREATE TABLE meta ("key" VARCHAR(64) NOT NULL, value VARCHAR NOT NULL, CONSTRAINT pk_meta PRIMARY KEY ("key"));
CREATE TABLE quote (record_id VARCHAR(32) NOT NULL, position INTEGER NOT NULL, code VARCHAR(16) NOT NULL,
  document_id VARCHAR NOT NULL, path VARCHAR NOT NULL, citation VARCHAR NOT NULL, text VARCHAR NOT NULL,
  text_sha256 VARCHAR(64) NOT NULL, source_file VARCHAR NOT NULL, source_sha256 VARCHAR(64) NOT NULL,
  source_start INTEGER NOT NULL, source_end INTEGER NOT NULL, validity VARCHAR(16) NOT NULL,
  validity_note VARCHAR NOT NULL, score FLOAT NOT NULL, CONSTRAINT pk_quote PRIMARY KEY (record_id, position),
  CONSTRAINT fk_quote_record_id FOREIGN KEY(record_id) REFERENCES question (id) ON DELETE CASCADE);
CREATE TABLE rating (record_id VARCHAR(32) NOT NULL, asker_hash VARCHAR(64) NOT NULL, helpful BOOLEAN NOT NULL,
  at DATETIME NOT NULL, CONSTRAINT pk_rating PRIMARY KEY (record_id, asker_hash),
  CONSTRAINT fk_rating_record_id FOREIGN KEY(record_id) REFERENCES question (id) ON DELETE CASCADE);
CREATE INDEX ix_rating_helpful ON rating (helpful);
INSERT INTO meta VALUES ('schema_version', '1');
INSERT INTO question VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '2026-11-01 08:00:00.000000', 'web', NULL,
  'câu cũ', 6, '["trước"]', 'câu cũ', NULL, NULL, '2026-11-01', 'related', 'low_confidence', NULL, 1.0, 'v', 5, 206,
  '[]', 'open');
INSERT INTO quote VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 0, 'C', 'd', 'art_1', 'Điều 1', 'chữ', 'x', 'f', 'x', 0,
  3, 'in_force', '', 0.5);
INSERT INTO rating VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '', FALSE, '2026-11-01 08:01:00.000000');
