BEGIN TRANSACTION;
CREATE TABLE user (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(100) UNIQUE, password VARCHAR(255), name VARCHAR(1000));
INSERT INTO "user" VALUES(1,'ada@example.org','scrypt:32768:8:1$HP6Bpc2BMOsfIYUW$fef06a08ab766040f8e8263ba675dff900ec4c36fb905e37f5b36bdc427ff7d154106771c100f9256deee9b0e6b15835daf387556cbea9555ae14109768470ef','Ada Lovelace');
INSERT INTO "user" VALUES(2,'zoe@example.org','pbkdf2:sha256:260000$tup9Zbda4PPpGptB$2bd35865376535b80e5806273d0a92db158a8987f122d7e4f14d60be3cbf5b2a','Zoë Müller-Lüdenscheidt');
INSERT INTO "user" VALUES(3,'kay@example.org','pbkdf2:sha1:80000$SbrsIx0fB2HuwQyY$6ad76894f9715cadddc0d36fd15a460d6ca63f10','🔑 Kay 👩‍👩‍👧');
INSERT INTO "user" VALUES(4,'miles.o''brien@example.org','pbkdf2:sha512:50000$e7GZAtfwamm2vfo8$525e49f1642941332345841696f345a5013217470761fe0e2e1231f69cf7caa1f5ee8866c44b736808e91e9b2b2f49806181309c785236fb7e27bc227e12f0b5','Miles O''Brien');
INSERT INTO "user" VALUES(5,'Grace.Hopper@Example.ORG','scrypt:32768:8:1$luHaLy7gSsQjX04j$317a5c879a2d5e1f518522da90b07b201768d05112530949b13a15b00599ca9bde4e8be756dd532c856a8f1043fb333756a4de4c331f5cd467decb14206f16a0','Grace "Amazing" \ Hopper');
INSERT INTO "user" VALUES(6,'nameless@example.org','pbkdf2:sha256:260000$SdxmjKLsanHkZjgu$3427f487cbda8315df9b7a96e7353eaf7f19dfa432ac982c9f51c9a337c57035',NULL);
INSERT INTO "user" VALUES(7,'taro@example.org','pbkdf2:sha1:80000$8zQkLGZ33bWEGqZA$746496a760b0f940b9353fcbdd84d4d77753c53f','山田太郎');
INSERT INTO "user" VALUES(8,'łukasz@example.org','pbkdf2:sha512:50000$fxldSPfeBQUiEsLo$f9d0460ed7d05ab8794d8f0825885270edbcf4d1a1e6884f7450562040ee6684d8d5a922db4fd0cbc883cd65413399db33a17449bc7a0bfadf74bc493592fbd8','Łukasz; DROP TABLE user; --');
INSERT INTO "user" VALUES(9,'user0@example.org','scrypt:32768:8:1$N8IdK4aLuakFPP7n$66db235d3e716dd8bf4918416fb932ef501932c746856a1e35ba46efe2a1d329b78734b1bcdabe0b3c6e00e4a9344adfd32f61a0b628b4ca5708ab0d559022f3','User 0');
INSERT INTO "user" VALUES(10,'user1@example.org','pbkdf2:sha256:260000$8Ma9nXz1clLz9EDI$bb1f9fe03812b61ea8cd388af0137203c2f25a75976c565d0334abd074b58971','User 1');
INSERT INTO "user" VALUES(11,'user2@example.org','pbkdf2:sha1:80000$zwrxSdfxlaXr1STP$20f58ca171c4f2d0fa441c9bce45da7937eddea9','User 2');
INSERT INTO "user" VALUES(12,'user3@example.org','pbkdf2:sha512:50000$zfiE2ulm711XOKrJ$2b143c6490cb7d6094fbb523255ef60d1b9eab863120d404a6028e516933c7c5b900e1a0ed7b01ee041bd5bcad26bcdb42fa74ebd21e1f11c41b7adc5f93b96a','User 3');
INSERT INTO "user" VALUES(13,'line.break@example.org','scrypt:32768:8:1$xMZ8HrRVx3wqs89m$5eda05333f5630818894cefdbea29f2514bf05f79cc32d815d49c79c16fd0cd8abd084362271c9e835d3a1688ff6f94e0c96d4c4f7b0b7013d9dbf8675320a54','Line
Break');
INSERT INTO "user" VALUES(14,'old@example.org','sha256$abcdefgh$2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',NULL);
COMMIT;
