CREATE TABLE person (asker_hash VARCHAR(64) NOT NULL, place VARCHAR, noticed_at DATETIME, at DATETIME NOT NULL,
  CONSTRAINT pk_person PRIMARY KEY (asker_hash));
CREATE INDEX ix_person_at ON person (at);
CREATE TABLE waiting (record_id VARCHAR(32) NOT NULL, address VARCHAR NOT NULL, channel VARCHAR(32) NOT NULL,
  asked_at DATETIME NOT NULL, CONSTRAINT pk_waiting PRIMARY KEY (record_id, address));
CREATE INDEX ix_waiting_asked_at ON waiting (asked_at);
CREATE TABLE remark (id VARCHAR(32) NOT NULL, at DATETIME NOT NULL, channel VARCHAR(32) NOT NULL,
  asker_hash VARCHAR(64) NOT NULL, text VARCHAR NOT NULL, CONSTRAINT pk_remark PRIMARY KEY (id));
CREATE INDEX ix_remark_at ON remark (at);
INSERT INTO person VALUES ('p', 'Phường Lê Chân', NULL, '2026-11-02 08:00:00.000000');
INSERT INTO waiting VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'chat', 'web', '2026-11-01 08:02:00.000000');
INSERT INTO remark VALUES ('r', '2026-11-02 08:00:00.000000', 'web', 'p', 'chậm quá');
