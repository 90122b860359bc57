"""The example jobs that the chart installs by default."""

GREETING = "data_pipeline_example_job"
DAG_IDS = (
    "data_pipeline_agency_data_job",
    GREETING,
    "file_processing_hello_world",
    "reporting_seeder_capture_release_snapshot",
    "reporting_seeder_hello_world",
    "reporting_seeder_refresh_agency",
    "reporting_seeder_refresh_all",
    "reporting_seeder_refresh_table",
)
