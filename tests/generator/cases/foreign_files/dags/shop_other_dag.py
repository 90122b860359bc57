from airflow.sdk import DAG

with DAG(dag_id='handmade'):
    pass
