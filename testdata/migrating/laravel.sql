CREATE TABLE `users` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL,
  `email` varchar(255) NOT NULL,
  `email_verified_at` timestamp NULL DEFAULT NULL,
  `password` varchar(255) NOT NULL,
  `remember_token` varchar(100) DEFAULT NULL,
  `created_at` timestamp NULL DEFAULT NULL,
  `updated_at` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `users_email_unique` (`email`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO `users` (name, email, password, created_at) VALUES
('Ada Lovelace', 'ada@example.org', '$2y$10$QQ36OQa813wAaSLLz.BKJerH0vMM7e5yemjZccQRkNA.En.5oWEry', '2016-02-29 23:59:59'),
('Zoë Müller-Lüdenscheidt', 'zoe@example.org', '$argon2id$v=19$m=65536,t=4,p=1$RXNpOGgzS2Z6T1pvSXN3Yg$OxL6YI4WE5Jj1U1Fa1xIWsUmaVqfDZ8OqY+jHeFhgw4', '2016-03-02 00:00:59'),
('🔑 Kay 👩‍👩‍👧', 'kay@example.org', '$2y$10$1.81y4kVWObj6AKUQq9cB.OQxWAPc5dv7jPuu04wSvrhtKD3Nxnm6', '2016-03-03 00:01:59'),
('Miles O''Brien', 'miles.o''brien@example.org', '$argon2id$v=19$m=65536,t=4,p=1$c3dTU09rWFdYb3d1V1lZWA$/8mykpYtXTBGDPODEkFn9WNaqZoebGM+ONIPlJgn5r8', '2016-03-04 00:02:59'),
('Grace "Amazing" \\ Hopper', 'Grace.Hopper@Example.ORG', '$2y$10$sDCBB91rO99/4s9OrAw87eV91wM1iV2eqlruTIRIZsDY2OdAgOS1W', '2016-03-05 00:03:59'),
('', 'nameless@example.org', '$argon2id$v=19$m=65536,t=4,p=1$TnRObXAxNG5VY2g0TG5mTg$Ae4JY+eqaZHbNCFaOdsDk8k4WoDCOC5XLr0ALk1/aPw', '2016-03-06 00:04:59'),
('山田太郎', 'taro@example.org', '$2y$10$f3v/Zor2sJAp.UrD9YnQp.qQYTtdzXH544Y5nnbsXRHD9rXtlqyRK', '2016-03-07 00:05:59'),
('Łukasz; DROP TABLE user; --', 'łukasz@example.org', '$argon2id$v=19$m=65536,t=4,p=1$SGR4NXhTMG55djRJckw1bQ$nfIvZ8aMhPVXeCREGdPdNxkVN3R8kPD4Eyvx0MoXbBg', '2016-03-08 00:06:59'),
('User 0', 'user0@example.org', '$2y$10$Egwbqa1Ap.pbHYLIKR0mSuc0VVhiUIq87FTEVclEZJcDv.7DFjB6K', '2016-03-09 00:07:59'),
('User 1', 'user1@example.org', '$argon2id$v=19$m=65536,t=4,p=1$Zkg0UE9BWHpwZDlLVGJLSg$PXy/AuDmBstgdQdCJYiom9cIgHFSBDlkl+weFR+6UZM', '2016-03-10 00:08:59'),
('User 2', 'user2@example.org', '$2y$10$Yp45dDXCr1e5VlLAtGcqq.oucyKR8Ul/r82KMJMibiRqSCAM8BrIK', '2016-03-11 00:09:59'),
('User 3', 'user3@example.org', '$argon2id$v=19$m=65536,t=4,p=1$NnprclZHRnZLVlNPOWsxaw$1AMjFCZZT192n/xgzFTeJTnwtF6yOCU08fPK57ofdIw', '2016-03-12 00:10:59'),
('Line\nBreak', 'line.break@example.org', '$2y$10$qCWMQmLrpH53NnyH44n/SeFiBr.Fc2/ITA69yrXi4SF2glgDlxoq.', NULL);
