-- The ids of all developments that anybody may have been told of.
SELECT development_id FROM before.developments UNION SELECT development_id FROM before.gone_developments;
