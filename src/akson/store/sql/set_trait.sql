-- What of a patient herself a rule may ask: one row for each. $1 tenant, $2 birth date, $3 protected, $4 patient.
insert into record.trait (tenant, birth_date, protected, patient_id) values ($1::int, $2::date, $3::boolean, $4::text)
on conflict (tenant, patient_id) do update set birth_date = excluded.birth_date, protected = excluded.protected
