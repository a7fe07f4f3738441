"""From a finished job to its papers: who issues them (issuer), from what (job), how they are made (papers), and what was
issued before (record).
"""
